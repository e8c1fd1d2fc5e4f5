using System.Collections.Concurrent;
using Confluent.Kafka;
using TestKit;

namespace Embedded.Kafka.Tests.Clients;

public sealed class GroupTests
{
    [Fact]
    public async Task Committed_positions_of_several_topics_survive_a_restart()
    {
        await using var test = new TestBroker();
        test.CreateTopic("events", 2);
        test.CreateTopic("events.intents", 2);
        using (var consumer = test.Consumer("g"))
        {
            consumer.Subscribe("events"); // the intents are committed without being subscribed to
            await Eventually.TrueAsync("assigned", () => Poll(consumer).Assignment.Count == 2);
            consumer.Commit([new("events", 1, 5), new("events.intents", 1, 7)]);
            consumer.Close();
        }
        await test.RestartAsync();
        using var again = test.Consumer("g");

        var committed = again.Committed([new("events", 0), new("events", 1), new("events.intents", 1)], Client.Limit);

        Assert.Equal([Offset.Unset, 5, 7], committed.Select(c => c.Offset));
    }

    [Fact]
    public async Task A_commit_for_an_unknown_topic_is_refused()
    {
        await using var test = new TestBroker(o => o with { AutoCreateTopics = false });
        using var consumer = test.Consumer("g");

        var thrown = Assert.Throws<KafkaException>(() => consumer.Commit([new TopicPartitionOffset("nowhere", 0, 1)]));

        Assert.Equal(ErrorCode.UnknownTopicOrPart, thrown.Error.Code);
    }

    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.RoundRobin)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Two_members_share_the_partitions_and_one_takes_over_when_the_other_leaves(PartitionAssignmentStrategy strategy)
    {
        await using var test = new TestBroker();
        test.CreateTopic("t", 6);
        await using var first = new Member(test, strategy);
        await Eventually.TrueAsync("the first has all", () => first.Count == 6);

        var second = new Member(test, strategy);
        await Eventually.TrueAsync("each has three", () => first.Count == 3 && second.Count == 3);
        await second.DisposeAsync();

        await Eventually.TrueAsync("the first has all again", () => first.Count == 6);
    }

    [Fact]
    public async Task Every_record_is_read_once_while_members_come_and_go()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t", 6);
        using var producer = test.Producer();
        for (var i = 0; i < 3000; i++) producer.Produce("t", new() { Key = $"{i}", Value = $"{i}" });
        producer.Flush(TestContext.Current.CancellationToken);
        var seen = new ConcurrentDictionary<string, int>();

        await using (new Member(test, PartitionAssignmentStrategy.CooperativeSticky, seen))
        await using (new Member(test, PartitionAssignmentStrategy.CooperativeSticky, seen))
        {
            await Eventually.TrueAsync("all are read", () => seen.Count == 3000);
        }

        Assert.All(seen, s => Assert.Equal(1, s.Value));
    }

    private static IConsumer<string, string> Poll(IConsumer<string, string> consumer)
    {
        consumer.Consume(TimeSpan.FromMilliseconds(50));
        return consumer;
    }

    /// <summary>A consumer on a thread of its own, as in an application.</summary>
    private sealed class Member : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _run;
        private volatile int _count;

        public Member(TestBroker test, PartitionAssignmentStrategy strategy, ConcurrentDictionary<string, int>? seen = null)
        {
            var consumer = test.Consumer("g", c =>
                (c.PartitionAssignmentStrategy, c.EnableAutoCommit, c.EnableAutoOffsetStore) = (strategy, true, false));
            consumer.Subscribe("t");
            _run = Task.Factory.StartNew(() => Run(consumer, seen), TaskCreationOptions.LongRunning);
        }

        public int Count => _count;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run;
            _stop.Dispose();
        }

        private void Run(IConsumer<string, string> consumer, ConcurrentDictionary<string, int>? seen)
        {
            while (!_stop.IsCancellationRequested)
            {
                var record = consumer.Consume(TimeSpan.FromMilliseconds(50));
                _count = consumer.Assignment.Count;
                if (record is null) continue;
                seen?.AddOrUpdate(record.Message.Value, 1, (_, n) => n + 1);
                consumer.StoreOffset(record);
            }
            consumer.Close(); // commits what was stored
            consumer.Dispose();
        }
    }
}
