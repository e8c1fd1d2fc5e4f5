using System.Text;
using Confluent.Kafka;
using Embedded.Kafka.Log;
using TestKit;

namespace Embedded.Kafka.Tests.Clients;

public sealed class ProduceConsumeTests
{
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Records_with_keys_headers_and_times_come_back(CompressionType codec)
    {
        await using var test = new TestBroker();
        using var producer = test.Producer(c => c.CompressionType = codec);
        var time = new Timestamp(1_700_000_000_123, TimestampType.CreateTime);
        for (var i = 0; i < 1000; i++)
            producer.Produce("t", new Message<string, string> { Key = $"k{i}", Value = $"v{i}", Timestamp = time, Headers = [new Header("h", Encoding.UTF8.GetBytes($"{i}"))] });
        producer.Flush(TestContext.Current.CancellationToken);

        await test.RestartAsync();

        var all = Client.ReadAll(test.Servers, "t", 4);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"k{i}v{i}h{i}").Order(StringComparer.Ordinal),
            all.Select(r => $"{r.Message.Key}{r.Message.Value}h{Encoding.UTF8.GetString(r.Message.Headers[0].GetValueBytes())}").Order(StringComparer.Ordinal));
        Assert.All(all, r => Assert.Equal(time, r.Message.Timestamp));
    }

    [Fact]
    public async Task A_large_record_passes_and_a_too_large_one_is_refused_without_harm()
    {
        await using var test = new TestBroker(o => o with { MaxMessageBytes = 3_000_000 });
        test.CreateTopic("t");
        using var producer = test.Producer(c => c.MessageMaxBytes = 8_000_000);

        await producer.ProduceAsync("t", Of(2_500_000), TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<ProduceException<string, string>>(() => producer.ProduceAsync("t", Of(4_000_000), TestContext.Current.CancellationToken));
        await producer.ProduceAsync("t", Of(10), TestContext.Current.CancellationToken);

        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error.Code);
        Assert.Equal([2_500_000, 10], Client.ReadAll(test.Servers, "t", 1).Select(r => r.Message.Value.Length));
    }

    [Fact]
    public async Task A_long_poll_sees_a_record_at_once()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        using var consumer = test.Consumer("g", c => (c.FetchWaitMaxMs, c.SocketTimeoutMs) = (290_000, 300_000));
        consumer.Assign(new TopicPartitionOffset("t", 0, 0));
        Assert.Null(consumer.Consume(TimeSpan.FromMilliseconds(300)));
        using var producer = test.Producer();

        producer.Produce("t", Of(3));

        Assert.NotNull(consumer.Consume(Client.Limit));
    }

    [Fact]
    public async Task Offsets_are_found_by_time()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        using var producer = test.Producer(c => (c.CompressionType, c.LingerMs) = (CompressionType.None, 50));
        for (var i = 0; i < 100; i++)
            producer.Produce("t", new Message<string, string> { Value = "v", Timestamp = new Timestamp(1_000_000 + (i * 1000), TimestampType.CreateTime) });
        producer.Flush(TestContext.Current.CancellationToken);
        using var consumer = test.Consumer("g");

        var found = consumer.OffsetsForTimes(
            [new TopicPartitionTimestamp("t", 0, new Timestamp(1_041_500, TimestampType.CreateTime))], Client.Limit);

        Assert.Equal(42, found.Single().Offset.Value);
        Assert.Equal((0, 100), (consumer.QueryWatermarkOffsets(new("t", 0), Client.Limit).Low.Value, consumer.QueryWatermarkOffsets(new("t", 0), Client.Limit).High.Value));
    }

    [Fact]
    public async Task Transactions_are_refused_quickly_and_clearly()
    {
        await using var test = new TestBroker();
        using var producer = test.Producer(c => c.TransactionalId = "tx");

        var refused = Assert.Throws<KafkaException>(() => producer.InitTransactions(Client.Limit));

        Assert.Equal(ErrorCode.TransactionalIdAuthorizationFailed, refused.Error.Code);
        Assert.True(refused.Error.IsFatal);
    }

    [Fact]
    public async Task A_producer_and_a_consumer_go_on_after_a_restart()
    {
        await using var test = new TestBroker();
        using var producer = test.Producer();
        using var consumer = test.Consumer("g");
        await producer.ProduceAsync("t", new() { Value = "1" }, TestContext.Current.CancellationToken);
        consumer.Subscribe("t");
        consumer.Commit(consumer.Take(1)[0]);

        await test.RestartAsync();

        await producer.ProduceAsync("t", new() { Value = "2" }, TestContext.Current.CancellationToken);
        Assert.Equal("2", consumer.Take(1)[0].Message.Value);
    }

    private static Message<string, string> Of(int length)
    {
        var random = new Random(length);
        return new() { Value = string.Create(length, random, (span, r) => { for (var i = 0; i < span.Length; i++) span[i] = (char)r.Next(33, 127); }) };
    }
}
