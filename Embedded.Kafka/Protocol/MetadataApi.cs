using Embedded.Kafka.Log;

namespace Embedded.Kafka.Protocol;

/// <summary>This broker, and the topics asked for; unknown ones are created when both sides allow it.</summary>
internal static class MetadataApi
{
    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var version = request.Version;
        var read = request.Read();
        var count = read.NullableCount(2);
        List<string> names = [];
        for (var i = 0; i < count; i++) names.Add(read.String());
        var mayCreate = broker.Options.AutoCreateTopics && (version < 4 || read.Bool());
        if (count < 0) names.AddRange(broker.Topics.All.Select(t => t.Name).Order(StringComparer.Ordinal));

        var answer = request.Answer(1024);
        answer.Throttle(version >= 3);
        WriteBroker(answer, version, broker);
        answer.Int32(names.Count);
        foreach (var name in names) WriteTopic(answer, request, name, Find(name, mayCreate, request, broker));
        if (version >= 8) answer.Int32(int.MinValue);
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }

    private static (KafkaError Error, Topic? Topic) Find(string name, bool mayCreate, Request request, BrokerServices broker)
    {
        if (request.Injected is { } injected) return (injected, null);
        if (broker.Topics.Find(name) is { } topic) return (KafkaError.None, topic);
        if (!Topic.IsValidName(name)) return (KafkaError.InvalidTopic, null);
        if (!mayCreate) return (KafkaError.UnknownTopicOrPartition, null);
        var error = broker.Topics.Create(name, broker.Options.DefaultPartitions, [], validateOnly: false);
        if (error is KafkaError.TopicAlreadyExists) error = KafkaError.None;
        return (error, broker.Topics.Find(name));
    }

    private static void WriteBroker(ResponseWriter answer, short version, BrokerServices broker)
    {
        answer.Int32(1);
        answer.Int32(BrokerServices.NodeId);
        answer.String(broker.Host);
        answer.Int32(broker.Port);
        answer.String(null);
        if (version >= 2) answer.String(broker.ClusterId);
        answer.Int32(BrokerServices.NodeId);
    }

    private static void WriteTopic(ResponseWriter answer, Request request, string name, (KafkaError Error, Topic? Topic) found)
    {
        answer.Error(found.Error);
        answer.String(name);
        answer.Bool(false);
        var partitions = found.Error == KafkaError.None ? found.Topic!.Partitions.Length : 0;
        answer.Int32(partitions);
        for (var i = 0; i < partitions; i++)
        {
            answer.Error(KafkaError.None);
            answer.Int32(i);
            answer.Int32(BrokerServices.NodeId);
            if (request.Version >= 7) answer.Int32(0);
            WriteReplicas(answer);
            WriteReplicas(answer);
            if (request.Version >= 5) answer.Int32(0);
        }
        if (request.Version >= 8) answer.Int32(int.MinValue);
    }

    private static void WriteReplicas(ResponseWriter answer)
    {
        answer.Int32(1);
        answer.Int32(BrokerServices.NodeId);
    }
}
