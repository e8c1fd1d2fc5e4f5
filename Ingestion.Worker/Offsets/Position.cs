using Confluent.Kafka;

namespace Ingestion.Worker.Offsets;

/// <summary>
/// What the consumer group has committed for a partition. Everything before <paramref name="Next"/> is stored.
/// <paramref name="IntentLast"/>, when it is not below <paramref name="Next"/>, is the end of the one range that somebody may
/// have begun to insert; no other range beyond <paramref name="Next"/> can have been begun.
/// </summary>
internal readonly record struct Position(TopicPartition Partition, long Next, long IntentLast)
{
    public bool HasIntent => IntentLast >= Next;

    public static Position Idle(TopicPartition partition, long next) => new(partition, next, next - 1);
}
