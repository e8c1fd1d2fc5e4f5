using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Analytics.Contracts;

/// <summary>Creates the product's topics where they are missing.</summary>
public static class TopicProvisioner
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Creates what is missing and leaves the rest alone: callable any number of times, by several processes at once.
    /// While the broker cannot be reached it keeps trying until <paramref name="ct"/> says stop; a refusal that would
    /// repeat itself (rights, replication factor) is thrown.
    /// </summary>
    public static async Task EnsureAsync(string bootstrapServers, TopicOptions options, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(bootstrapServers);
        ArgumentNullException.ThrowIfNull(options);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers })
            .SetLogHandler((_, _) => { }) // Failures are reported by the calls; librdkafka would write each retry to stderr.
            .Build();

        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                await EnsureOnceAsync(admin, options);
                return;
            }
            catch (KafkaException failure) when (MayPass(failure))
            {
                await Task.Delay(pause, ct);
            }
        }
    }

    private static async Task EnsureOnceAsync(IAdminClient admin, TopicOptions options)
    {
        // All topics: asking for one by name would create it, with the broker's defaults, where auto-creation is on.
        var metadata = await Task.Run(() => admin.GetMetadata(CallTimeout));
        var partitions = metadata.Topics.ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count, StringComparer.Ordinal);
        int Wanted(string topic) => partitions.GetValueOrDefault(topic) is > 0 and var existing ? existing : options.Partitions;

        var missing = new[]
        {
            Topic(Topics.Events, Wanted(Topics.Events), options, options.Retention, options.RetentionBytes),
            Topic(Topics.Intents(Topics.Events), Wanted(Topics.Events), options, options.Retention, retentionBytes: -1),
            Topic(Topics.DeadLetters, Wanted(Topics.DeadLetters), options, options.DeadLetterRetention, retentionBytes: -1),
            Topic(Topics.Intents(Topics.DeadLetters), Wanted(Topics.DeadLetters), options, options.DeadLetterRetention, retentionBytes: -1),
        }.Where(topic => !partitions.ContainsKey(topic.Name)).ToList();
        if (missing.Count > 0)
            await CreateAsync(admin, missing);

        // Somebody added partitions to a topic: its intents follow.
        foreach (var topic in new[] { Topics.Events, Topics.DeadLetters })
        {
            if (partitions.TryGetValue(Topics.Intents(topic), out var tracked) && tracked < Wanted(topic))
                await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = Topics.Intents(topic), IncreaseTo = Wanted(topic) }]);
        }
    }

    private static async Task CreateAsync(IAdminClient admin, List<TopicSpecification> missing)
    {
        try
        {
            await admin.CreateTopicsAsync(missing, new CreateTopicsOptions { OperationTimeout = CallTimeout, RequestTimeout = CallTimeout });
        }
        catch (CreateTopicsException failure)
        {
            var refused = failure.Results.FirstOrDefault(result =>
                result.Error.Code is not (ErrorCode.NoError or ErrorCode.TopicAlreadyExists));
            if (refused is not null)
                throw new KafkaException(new Error(refused.Error.Code, $"Topic {refused.Topic} could not be created: {refused.Error.Reason}"));
        }
    }

    private static TopicSpecification Topic(string name, int partitions, TopicOptions options, TimeSpan retention, long retentionBytes) => new()
    {
        Name = name,
        NumPartitions = partitions,
        ReplicationFactor = options.ReplicationFactor,
        Configs = new Dictionary<string, string>
        {
            ["cleanup.policy"] = "delete",
            ["compression.type"] = "producer", // The broker keeps the batches as they came.
            ["retention.ms"] = ((long)retention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
            ["retention.bytes"] = retentionBytes.ToString(CultureInfo.InvariantCulture),
        },
    };

    private static bool MayPass(KafkaException failure) => failure.Error.Code is
        ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut or ErrorCode.Local_Resolve
        or ErrorCode.Local_WaitCoord or ErrorCode.Local_TimedOutQueue or ErrorCode.RequestTimedOut or ErrorCode.NotController
        or ErrorCode.LeaderNotAvailable or ErrorCode.BrokerNotAvailable or ErrorCode.NetworkException;
}
