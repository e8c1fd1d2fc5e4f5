using Confluent.Kafka;

namespace Embedded.Kafka.Tests.Clients;

/// <summary>Confluent.Kafka clients that are quiet and quick enough for tests.</summary>
internal static class Client
{
    /// <summary>How long one call may take on a slow machine under load.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static IProducer<string, string> Producer(string servers, Action<ProducerConfig>? configure = null)
    {
        var config = new ProducerConfig { BootstrapServers = servers, EnableIdempotence = true, Acks = Acks.All, LingerMs = 1, ReconnectBackoffMs = 20, ReconnectBackoffMaxMs = 200, RetryBackoffMs = 20 };
        configure?.Invoke(config);
        return new ProducerBuilder<string, string>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    public static IConsumer<string, string> Consumer(string servers, string group, Action<ConsumerConfig>? configure = null)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = servers,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            SessionTimeoutMs = 20_000, // no heartbeat comes that late, however busy the machine
            HeartbeatIntervalMs = 200,
            FetchWaitMaxMs = 100,
            ReconnectBackoffMs = 20,
            ReconnectBackoffMaxMs = 200,
            TopicMetadataRefreshIntervalMs = 500,
        };
        configure?.Invoke(config);
        return new ConsumerBuilder<string, string>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    public static IAdminClient Admin(string servers) =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).SetLogHandler((_, _) => { }).Build();

    /// <summary>Reads until so many records came, or fails after the time.</summary>
    public static List<ConsumeResult<string, string>> Take(this IConsumer<string, string> consumer, int count, int seconds = 60)
    {
        List<ConsumeResult<string, string>> taken = [];
        var end = Environment.TickCount64 + (seconds * 1000);
        while (taken.Count < count)
        {
            if (Environment.TickCount64 > end) throw new TimeoutException($"{taken.Count} of {count} records within {seconds} s");
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record) taken.Add(record);
            }
            catch (ConsumeException e) when (!e.Error.IsFatal)
            {
                // For example a topic that the client does not know yet.
            }
        }
        return taken;
    }

    /// <summary>Everything in a topic, without a group.</summary>
    public static List<ConsumeResult<string, string>> ReadAll(string servers, string topic, int partitions)
    {
        using var consumer = Consumer(servers, "reader-" + Guid.NewGuid().ToString("N"), c => c.EnablePartitionEof = true);
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        List<ConsumeResult<string, string>> all = [];
        var ended = new HashSet<int>();
        var end = Environment.TickCount64 + 60_000;
        while (ended.Count < partitions)
        {
            if (Environment.TickCount64 > end) throw new TimeoutException($"only {ended.Count} of {partitions} partitions read");
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is not { } record) continue;
            if (record.IsPartitionEOF) ended.Add(record.Partition);
            else all.Add(record);
        }
        return all;
    }
}
