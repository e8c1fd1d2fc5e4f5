using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace Ingestion.Worker.Consume;

/// <summary>Makes Kafka consumers that commit nothing by themselves.</summary>
internal sealed partial class ConsumerFactory(IConfiguration configuration, IOptions<IngestionOptions> options, ILogger<ConsumerFactory> logger)
{
    /// <summary>A member of the workers' group.</summary>
    public IConsumer<byte[]?, byte[]?> CreateMember(
        Action<IConsumer<byte[]?, byte[]?>, List<TopicPartition>> assigned,
        Action<IConsumer<byte[]?, byte[]?>, List<TopicPartitionOffset>> revoked,
        Action<IConsumer<byte[]?, byte[]?>, List<TopicPartitionOffset>> lost)
    {
        var config = Config(options.Value.GroupId);
        config.GroupInstanceId = options.Value.InstanceId;
        config.SessionTimeoutMs = (int)options.Value.SessionTimeout.TotalMilliseconds;
        config.HeartbeatIntervalMs = Math.Max(200, config.SessionTimeoutMs.Value / 5);
        config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        return Builder(config)
            .SetPartitionsAssignedHandler(assigned)
            .SetPartitionsRevokedHandler(revoked)
            .SetPartitionsLostHandler(lost)
            .Build();
    }

    /// <summary>A reader of assigned ranges, outside the group.</summary>
    public IConsumer<byte[]?, byte[]?> CreateReader() => Builder(Config(options.Value.GroupId + "-repair")).Build();

    private ConsumerConfig Config(string groupId) => new()
    {
        BootstrapServers = configuration.GetConnectionString("kafka")
            ?? throw new InvalidOperationException("ConnectionStrings:kafka is missing: set it to the broker's host:port."),
        GroupId = groupId,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        EnablePartitionEof = true,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        IsolationLevel = IsolationLevel.ReadCommitted,
        AllowAutoCreateTopics = false,
        FetchWaitMaxMs = 100,
        QueuedMaxMessagesKbytes = 32 * 1024,
        FetchMaxBytes = 16 * 1024 * 1024,
        SocketTimeoutMs = 10_000,
        ReconnectBackoffMs = 50,
        ReconnectBackoffMaxMs = 1_000,
        TopicMetadataRefreshIntervalMs = (int)options.Value.TopicRefresh.TotalMilliseconds,
    };

    private ConsumerBuilder<byte[]?, byte[]?> Builder(ConsumerConfig config) =>
        new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetErrorHandler((_, error) => LogError(error.Code, error.Reason))
            .SetLogHandler((_, message) => LogClient(message.Facility, message.Message));

    [LoggerMessage(LogLevel.Warning, "Kafka: {Code} {Reason}")]
    private partial void LogError(ErrorCode code, string reason);

    [LoggerMessage(LogLevel.Debug, "librdkafka {Facility}: {Message}")]
    private partial void LogClient(string facility, string message);
}
