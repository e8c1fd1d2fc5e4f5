using System.Diagnostics;
using Confluent.Kafka;
using Embedded.Kafka.Protocol;
using Embedded.Kafka.Tests.Clients;

namespace Embedded.Kafka.Tests.Faults;

public sealed class BrokerFaultsTests
{
    private static readonly Message<string, string> Message = new() { Value = "v" };

    [Fact]
    public async Task Ordered_errors_are_retried_by_the_client_and_leave_one_record()
    {
        await using var test = new TestBroker();
        using var producer = test.Producer();
        await producer.ProduceAsync("t", Message, TestContext.Current.CancellationToken);
        test.Broker.Faults.FailNext(KafkaApi.Produce, KafkaError.RequestTimedOut, 2);
        test.Broker.Faults.FailNext(KafkaApi.Produce, KafkaError.NotLeaderOrFollower);

        await producer.ProduceAsync("t", Message, TestContext.Current.CancellationToken);

        Assert.Equal(2, Client.ReadAll(test.Servers, "t", 4).Count);
        Assert.True(test.Broker.Faults.Seen(KafkaApi.Produce) >= 5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_answer_or_a_dropped_connection_leads_to_no_duplicate(bool afterAppend)
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        using var producer = test.Producer();
        await producer.ProduceAsync("t", Message, TestContext.Current.CancellationToken);
        if (afterAppend) test.Broker.Faults.LoseAnswer(KafkaApi.Produce, 2);
        else test.Broker.Faults.DropConnection(KafkaApi.Produce, 2);

        var delivered = await producer.ProduceAsync("t", Message, TestContext.Current.CancellationToken);

        Assert.Equal(1, delivered.Offset.Value);
        Assert.Equal(2, test.Broker.Services.Topics.Partition("t", 0)!.EndOffset);
    }

    [Fact]
    public async Task A_full_disk_is_an_error_and_not_the_end()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        using var client = await test.ConnectAsync();
        test.Broker.Faults.RefuseAppends = true;

        Assert.Equal(KafkaError.KafkaStorageError, (await client.ProduceAsync("t", 0, Batch.Of(1)))!.Value.Error);
        using (var consumer = test.Consumer("g"))
            Assert.Throws<KafkaException>(() => consumer.Commit([new TopicPartitionOffset("t", 0, 1)]));

        test.Broker.Faults.RefuseAppends = false;
        Assert.Equal((KafkaError.None, 0L), await client.ProduceAsync("t", 0, Batch.Of(1)));
    }

    [Fact]
    public async Task A_delay_holds_the_answer_back()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        using var client = await test.ConnectAsync();
        test.Broker.Faults.DelayNext(KafkaApi.Produce, TimeSpan.FromMilliseconds(300));
        var clock = Stopwatch.StartNew();

        Assert.Equal(KafkaError.None, (await client.ProduceAsync("t", 0, Batch.Of(1)))!.Value.Error);

        Assert.True(clock.ElapsedMilliseconds >= 290);
    }

    [Fact]
    public async Task A_commit_error_reaches_the_consumer()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        using var consumer = test.Consumer("g");
        test.Broker.Faults.FailNext(KafkaApi.OffsetCommit, KafkaError.IllegalGeneration);

        var thrown = Assert.Throws<KafkaException>(() => consumer.Commit([new TopicPartitionOffset("t", 0, 1)]));

        Assert.Equal(ErrorCode.IllegalGeneration, thrown.Error.Code);
    }
}
