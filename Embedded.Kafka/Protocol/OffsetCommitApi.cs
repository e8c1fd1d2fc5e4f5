using Embedded.Kafka.Groups;

namespace Embedded.Kafka.Protocol;

/// <summary>All positions of one request are stored together or not at all; the answer follows the sync.</summary>
internal static class OffsetCommitApi
{
    private const int LongestMetadata = 4096;

    public static async ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var (group, generation, member, instance, wanted) = Parse(request);
        var errors = wanted.ConvertAll(w => Check(w, broker));
        var accepted = wanted.Where((_, i) => errors[i] == KafkaError.None).ToList();
        var error = request.Injected ?? await broker.Groups.CommitAsync(group, member, generation, instance, accepted);
        if (error != KafkaError.None) errors = errors.ConvertAll(_ => error);

        var answer = request.Answer();
        answer.Throttle(request.Version >= 3);
        var topics = wanted.Zip(errors).GroupBy(w => w.First.Topic).ToList();
        answer.Int32(topics.Count);
        foreach (var topic in topics)
        {
            answer.String(topic.Key);
            answer.Int32(topic.Count());
            foreach (var (position, result) in topic)
            {
                answer.Int32(position.Partition);
                answer.Error(result);
            }
        }
        return answer;
    }

    private static KafkaError Check(Committed position, BrokerServices broker)
    {
        if (broker.Topics.Partition(position.Topic, position.Partition) is null) return KafkaError.UnknownTopicOrPartition;
        return position.Metadata.Length > LongestMetadata ? KafkaError.OffsetMetadataTooLarge : KafkaError.None;
    }

    private static (string Group, int Generation, string Member, string? Instance, List<Committed> Positions) Parse(Request request)
    {
        var version = request.Version;
        var read = request.Read();
        var (group, generation, member) = (read.String(), read.Int32(), read.String());
        if (version <= 4) read.Int64(); // retention: positions are kept until they are deleted
        var instance = version >= 7 ? read.NullableString() : null;
        List<Committed> positions = [];
        for (var topics = read.Count(6); topics > 0; topics--)
        {
            var topic = read.String();
            for (var partitions = read.Count(14); partitions > 0; partitions--)
            {
                var (partition, offset) = (read.Int32(), read.Int64());
                var epoch = version >= 6 ? read.Int32() : -1;
                positions.Add(new Committed(topic, partition, offset, epoch, read.NullableString() ?? ""));
            }
        }
        return (group, generation, member, instance, positions);
    }
}
