using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Tests.Producers;

public sealed class IdempotenceTests
{
    [Fact]
    public async Task A_retry_across_a_restart_is_answered_with_the_old_offset_and_not_stored_again()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        for (var i = 0; i < 8; i++) Assert.Equal((KafkaError.None, i), await ProduceAsync(test, Batch.Of(1, 7, 0, i)));

        await test.RestartAsync();

        Assert.Equal((KafkaError.None, 5L), await ProduceAsync(test, Batch.Of(1, 7, 0, 5)));
        Assert.Equal(KafkaError.DuplicateSequenceNumber, (await ProduceAsync(test, Batch.Of(1, 7, 0, 0)))!.Value.Error);
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, (await ProduceAsync(test, Batch.Of(1, 7, 0, 9)))!.Value.Error);
        Assert.Equal((KafkaError.None, 8L), await ProduceAsync(test, Batch.Of(1, 7, 0, 8)));
    }

    [Fact]
    public async Task The_memory_of_producers_survives_rolled_and_dropped_segments()
    {
        await using var test = new TestBroker(o => o with { SegmentBytes = 4096 });
        test.CreateTopic("t", 1, ("retention.bytes", "0"));
        Assert.Equal((KafkaError.None, 0L), await ProduceAsync(test, Batch.Of(1, 7, 0, 0)));
        for (var i = 0; i < 20; i++) await ProduceAsync(test, Batch.Of(1, valueSize: 1000));
        var log = test.Broker.Services.Topics.Partition("t", 0)!;
        log.ApplyRetention(TimeSpan.FromDays(1));
        Assert.True(log.StartOffset > 1);

        await test.RestartAsync();

        Assert.Equal((KafkaError.None, 0L), await ProduceAsync(test, Batch.Of(1, 7, 0, 0)));
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, (await ProduceAsync(test, Batch.Of(1, 7, 0, 2)))!.Value.Error);
    }

    [Fact]
    public async Task Producer_ids_are_never_handed_out_twice()
    {
        await using var test = new TestBroker();
        var ids = new HashSet<long>();

        for (var round = 0; round < 3; round++)
        {
            using (var client = await test.ConnectAsync())
            {
                for (var i = 0; i < 10; i++) Assert.True(ids.Add(await client.InitProducerIdAsync()));
            }
            await test.RestartAsync();
        }
    }

    private static async Task<(KafkaError Error, long Offset)?> ProduceAsync(TestBroker test, byte[] batch)
    {
        using var client = await test.ConnectAsync();
        return await client.ProduceAsync("t", 0, batch);
    }
}
