using Embedded.Kafka.Groups;

namespace Embedded.Kafka.Protocol;

/// <summary>Committed positions with their metadata; only what is on disk is told.</summary>
internal static class OffsetFetchApi
{
    public static async ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var (group, wanted) = Parse(request);
        var store = broker.Groups.Offsets;
        var found = wanted is null
            ? store.Of(group)
            : wanted.ConvertAll(w => store.Find(group, w.Topic, w.Partition) ?? new Committed(w.Topic, w.Partition, -1, -1, ""));
        var error = request.Injected ?? KafkaError.None;
        try
        {
            await store.FlushedAsync();
        }
        catch (IOException)
        {
            error = KafkaError.CoordinatorNotAvailable;
        }
        return Write(request, error, error == KafkaError.None ? found : []);
    }

    private static ResponseWriter Write(Request request, KafkaError error, IReadOnlyList<Committed> found)
    {
        var answer = request.Answer();
        answer.Throttle(request.Version >= 3);
        var topics = found.GroupBy(f => f.Topic).ToList();
        answer.Int32(topics.Count);
        foreach (var topic in topics)
        {
            answer.String(topic.Key);
            answer.Int32(topic.Count());
            foreach (var position in topic)
            {
                answer.Int32(position.Partition);
                answer.Int64(position.Offset);
                if (request.Version >= 5) answer.Int32(position.LeaderEpoch);
                answer.String(position.Metadata);
                answer.Error(KafkaError.None);
            }
        }
        if (request.Version >= 2) answer.Error(error);
        return answer;
    }

    private static (string Group, List<(string Topic, int Partition)>? Wanted) Parse(Request request)
    {
        var read = request.Read();
        var group = read.String();
        var topics = read.NullableCount(6);
        if (topics < 0) return (group, null);
        List<(string, int)> wanted = [];
        for (; topics > 0; topics--)
        {
            var topic = read.String();
            for (var partitions = read.Count(4); partitions > 0; partitions--) wanted.Add((topic, read.Int32()));
        }
        return (group, wanted);
    }
}
