using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Analytics.Api.Admin;

/// <summary>Where the log of a topic begins and ends, and how far the workers have stored it.</summary>
internal sealed class LogOffsets(IAdminClient kafka, IConfiguration configuration)
{
    private const string DefaultGroup = "ingestion-worker";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>One partition. <see cref="Committed"/> is null before the workers' first commit.</summary>
    internal sealed record Position(string Topic, int Partition, long LogStart, long LogEnd, long? Committed, long InFlight);

    public async Task<IReadOnlyList<Position>> ReadAsync(string topic)
    {
        var partitions = await PartitionsAsync(topic);
        var committed = await CommittedAsync(partitions); // first: what is committed later than the end is read is no overtaking
        var starts = await OffsetsAsync(partitions, OffsetSpec.Earliest());
        var ends = await OffsetsAsync(partitions, OffsetSpec.Latest());
        return partitions.Select(partition => Of(partition, starts[partition], ends[partition], committed.GetValueOrDefault(partition))).ToList();
    }

    internal static Position Of(TopicPartition partition, long start, long end, long? committed) => new(
        partition.Topic, partition.Partition.Value, start, end, committed, Math.Max(0, end - Math.Max(committed ?? start, start)));

    private async Task<List<TopicPartition>> PartitionsAsync(string topic)
    {
        var description = await kafka.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new() { RequestTimeout = Limit });
        return description.TopicDescriptions[0].Partitions.Select(partition => new TopicPartition(topic, partition.Partition)).ToList();
    }

    private async Task<Dictionary<TopicPartition, long>> OffsetsAsync(List<TopicPartition> partitions, OffsetSpec which)
    {
        var result = await kafka.ListOffsetsAsync(
            partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which }),
            new() { RequestTimeout = Limit });
        return result.ResultInfos.ToDictionary(
            info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
    }

    private async Task<Dictionary<TopicPartition, long?>> CommittedAsync(List<TopicPartition> partitions)
    {
        var group = configuration["Ingestion:GroupId"] ?? DefaultGroup;
        var result = await kafka.ListConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitions(group, partitions)], new() { RequestTimeout = Limit });
        return result[0].Partitions.ToDictionary(
            entry => entry.TopicPartition, entry => entry.Offset.Value < 0 ? (long?)null : entry.Offset.Value);
    }
}
