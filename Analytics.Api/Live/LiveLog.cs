using System.Buffers.Text;
using System.Text;
using Analytics.Api.Engines;
using Analytics.Contracts;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Analytics.Api.Live;

/// <summary>The events topic as the live tail sees it: consumers outside of any group, the ends of its partitions, the headers of its records.</summary>
internal sealed partial class LiveLog(IAdminClient admin, IConfiguration configuration, ILogger<LiveLog> log)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>A consumer that is told what to read. It commits nothing, so its group never comes to exist.</summary>
    public IConsumer<byte[]?, byte[]?> Connect(bool partitionEnds) => new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
    {
        BootstrapServers = ConnectionStrings.Required(configuration, ConnectionStrings.Kafka),
        ClientId = "analytics-api-live",
        GroupId = "analytics-api-live",
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        EnablePartitionEof = partitionEnds,
        AutoOffsetReset = AutoOffsetReset.Earliest, // fell off the log: go on with what is left
        IsolationLevel = IsolationLevel.ReadCommitted,
        AllowAutoCreateTopics = false,
        FetchWaitMaxMs = 100,
        QueuedMaxMessagesKbytes = 16 * 1024,
        ReconnectBackoffMs = 50,
        ReconnectBackoffMaxMs = 1_000,
    })
        .SetErrorHandler((_, error) => Failed(error.Code, error.Reason))
        .SetLogHandler((_, message) => Said(message.Facility, message.Message))
        .Build();

    /// <summary>Of each partition the offset that the next record will get.</summary>
    public async Task<long[]> EndsAsync()
    {
        var described = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([Topics.Events]), new() { RequestTimeout = Limit });
        var partitions = described.TopicDescriptions[0].Partitions.Select(partition => new TopicPartition(Topics.Events, partition.Partition)).ToList();
        var ends = await admin.ListOffsetsAsync(
            partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = OffsetSpec.Latest() }),
            new() { RequestTimeout = Limit });
        var next = new long[partitions.Count];
        foreach (var end in ends.ResultInfos)
            next[end.TopicPartitionOffsetError.Partition.Value] = end.TopicPartitionOffsetError.Offset.Value;
        return next;
    }

    /// <summary>How many partitions there are now; <paramref name="known"/> when the broker does not say. Blocks shortly.</summary>
    public int CountPartitions(int known)
    {
        try
        {
            return admin.GetMetadata(Topics.Events, Limit).Topics[0].Partitions.Count;
        }
        catch (KafkaException fault)
        {
            Failed(fault.Error.Code, fault.Error.Reason);
            return known;
        }
    }

    /// <summary>The tenant and the moment of receipt that the API stamped; an empty tenant when there is none.</summary>
    public static (string Tenant, long Received) Stamps(Message<byte[]?, byte[]?> message)
    {
        var (tenant, received) = ("", message.Timestamp.UnixTimestampMs);
        foreach (var header in message.Headers)
        {
            var value = header.GetValueBytes() ?? [];
            if (header.Key == EventHeaders.Tenant)
                tenant = Encoding.UTF8.GetString(value);
            else if (header.Key == EventHeaders.Received && Utf8Parser.TryParse(value, out long stamped, out var used) && used == value.Length)
                received = stamped;
        }

        return (tenant, received);
    }

    public static TopicPartitionOffset At(int partition, long offset) => new(Topics.Events, partition, offset);

    [LoggerMessage(LogLevel.Warning, "The live tail's connection to Kafka failed: {Code} {Reason}")]
    private partial void Failed(ErrorCode code, string reason);

    [LoggerMessage(LogLevel.Debug, "librdkafka {Facility}: {Message}")]
    private partial void Said(string facility, string message);
}
