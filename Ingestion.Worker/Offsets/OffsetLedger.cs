using Analytics.Contracts;
using Confluent.Kafka;
using Ingestion.Worker.Telemetry;

namespace Ingestion.Worker.Offsets;

/// <summary>How a commit ended.</summary>
internal enum CommitOutcome
{
    /// <summary>The group has it.</summary>
    Committed,

    /// <summary>Unknown or not yet: nothing may be inserted; try again.</summary>
    Failed,

    /// <summary>The partitions belong to somebody else by now: nothing may be inserted, ever.</summary>
    Fenced,

    /// <summary>A partition was added to the topic and not to its twin, so there is no place for the intent: nothing may be inserted until there is.</summary>
    NoTwin,
}

/// <summary>
/// Commits intents and reads them back. The promise of the worker in one sentence: a range is inserted only after the group
/// has accepted the commit (next = first, intent = last), and the offset moves past it only after the range is stored.
/// <para>
/// Kafka's own commit metadata would be the natural place of the intent, but the .NET client does not expose it. So the end
/// of the intent is the committed offset of the same partition of the topic's <c>.intents</c> twin, which holds no records.
/// Both offsets travel in one OffsetCommit request, which the coordinator checks and stores as one.
/// </para>
/// </summary>
internal sealed partial class OffsetLedger(IngestionTelemetry telemetry, ILogger<OffsetLedger> logger)
{
    private static readonly HashSet<ErrorCode> Fences =
    [
        ErrorCode.IllegalGeneration, ErrorCode.UnknownMemberId,
    ];

    // The client itself is beyond use: only a new one can go on.
    private static readonly HashSet<ErrorCode> Ends = [ErrorCode.FencedInstanceId, ErrorCode.Local_Fatal, ErrorCode.Local_Fenced];

    public CommitOutcome Commit(IConsumer<byte[]?, byte[]?> consumer, IReadOnlyCollection<Position> positions)
    {
        try
        {
            consumer.Commit(positions.SelectMany(position => new[]
            {
                new TopicPartitionOffset(position.Partition, position.Next),
                new TopicPartitionOffset(IntentOf(position.Partition), position.IntentLast + 1),
            }));
            telemetry.Committed("ok");
            return CommitOutcome.Committed;
        }
        catch (KafkaException e)
        {
            // The generation is checked for the request as a whole, so the first error speaks for all.
            var code = e is TopicPartitionOffsetException partial
                ? partial.Results.Select(result => result.Error.Code).FirstOrDefault(code => code != ErrorCode.NoError, e.Error.Code)
                : e.Error.Code;
            var fenced = Fences.Contains(code);
            telemetry.Committed(fenced ? "fenced" : "failed");
            LogRefused(positions.Count, code, e.Error.Reason);
            if (Ends.Contains(code))
            {
                throw;
            }

            return fenced ? CommitOutcome.Fenced : code == ErrorCode.UnknownTopicOrPart ? CommitOutcome.NoTwin : CommitOutcome.Failed;
        }
    }

    /// <summary>What the group has committed for one partition; the start of the log when it has nothing.</summary>
    public static Position Read(IConsumer<byte[]?, byte[]?> consumer, TopicPartition partition, long logStart, TimeSpan timeout)
    {
        var committed = consumer.Committed([partition, IntentOf(partition)], timeout)
            .ToDictionary(entry => entry.Topic, entry => entry.Offset);
        var next = committed[partition.Topic];
        if (next.IsSpecial)
        {
            return Position.Idle(partition, logStart);
        }

        var intent = committed[IntentOf(partition).Topic];
        return intent.IsSpecial ? Position.Idle(partition, next.Value) : new Position(partition, next.Value, intent.Value - 1);
    }

    private static TopicPartition IntentOf(TopicPartition partition) => new(Topics.Intents(partition.Topic), partition.Partition);

    [LoggerMessage(LogLevel.Warning, "Commit of {Count} partitions was refused with {Code}: {Reason}")]
    private partial void LogRefused(int count, ErrorCode code, string reason);
}
