using Embedded.Kafka.Log;

namespace Embedded.Kafka.Protocol;

internal static class CreateTopicsApi
{
    private sealed record Wanted(string Name, int Partitions, short Replicas, int[] Assigned, List<KeyValuePair<string, string?>> Config);

    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var (topics, validateOnly) = Parse(request);
        var answer = request.Answer();
        answer.Throttle(request.Version >= 2);
        answer.Int32(topics.Count);
        foreach (var topic in topics)
        {
            var (error, message) = request.Injected is { } injected ? (injected, null) : Create(topic, validateOnly, broker);
            answer.String(topic.Name);
            answer.Error(error);
            if (request.Version >= 1) answer.String(message);
        }
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }

    private static (KafkaError Error, string? Message) Create(Wanted topic, bool validateOnly, BrokerServices broker)
    {
        var partitions = topic.Partitions;
        if (topic.Assigned.Length > 0)
        {
            if (topic.Assigned.Any(b => b != BrokerServices.NodeId)) return (KafkaError.InvalidReplicaAssignment, "there is only broker 1");
            partitions = topic.Assigned.Length;
        }
        else if (topic.Replicas is not (1 or -1))
        {
            return (KafkaError.InvalidReplicationFactor, "this broker has one node: the replication factor can only be 1");
        }
        if (partitions == -1) partitions = broker.Options.DefaultPartitions;
        if (topic.Config.Select(c => TopicConfig.Refusal(c.Key, c.Value)).FirstOrDefault(r => r is not null) is { } refusal)
            return (KafkaError.InvalidConfig, refusal);
        var error = broker.Topics.Create(topic.Name, partitions, [.. topic.Config.Select(c => KeyValuePair.Create(c.Key, c.Value!))], validateOnly);
        return (error, error switch
        {
            KafkaError.TopicAlreadyExists => $"topic {topic.Name} exists",
            KafkaError.InvalidTopic => "a topic name has 1 to 249 letters, digits, '.', '_' and '-'",
            KafkaError.InvalidPartitions => $"{partitions} partitions are not possible",
            KafkaError.PolicyViolation => $"the broker is limited to {broker.Options.MaxPartitions} partitions",
            _ => null,
        });
    }

    private static (List<Wanted> Topics, bool ValidateOnly) Parse(Request request)
    {
        var read = request.Read();
        List<Wanted> topics = [];
        for (var left = read.Count(16); left > 0; left--)
        {
            var (name, partitions, replicas) = (read.String(), read.Int32(), read.Int16());
            List<int> assigned = [];
            for (var assignments = read.Count(8); assignments > 0; assignments--)
            {
                read.Int32();
                for (var brokers = read.Count(4); brokers > 0; brokers--) assigned.Add(read.Int32());
            }
            List<KeyValuePair<string, string?>> config = [];
            for (var configs = read.Count(4); configs > 0; configs--) config.Add(new(read.String(), read.NullableString()));
            topics.Add(new Wanted(name, partitions, replicas, [.. assigned], config));
        }
        read.Int32();
        return (topics, request.Version >= 1 && read.Bool());
    }
}

internal static class DeleteTopicsApi
{
    public static async ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var names = Parse(request);
        var answer = request.Answer();
        answer.Throttle(request.Version >= 1);
        answer.Int32(names.Length);
        foreach (var name in names)
        {
            var error = request.Injected ?? broker.Topics.Delete(name);
            if (error == KafkaError.None) error = await broker.Groups.ForgetTopicAsync(name);
            answer.String(name);
            answer.Error(error);
        }
        return answer;
    }

    private static string[] Parse(Request request)
    {
        var read = request.Read();
        var names = new string[read.Count(2)];
        for (var i = 0; i < names.Length; i++) names[i] = read.String();
        return names;
    }
}

internal static class CreatePartitionsApi
{
    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var (topics, validateOnly) = Parse(request);
        var answer = request.Answer();
        answer.Throttle();
        answer.Int32(topics.Count);
        foreach (var (name, count) in topics)
        {
            var error = request.Injected ?? broker.Topics.AddPartitions(name, count, validateOnly);
            answer.String(name);
            answer.Error(error);
            answer.String(error == KafkaError.InvalidPartitions ? $"{count} is not more than the topic has" : null);
        }
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }

    private static (List<(string Name, int Count)> Topics, bool ValidateOnly) Parse(Request request)
    {
        var read = request.Read();
        List<(string, int)> topics = [];
        for (var left = read.Count(10); left > 0; left--)
        {
            topics.Add((read.String(), read.Int32()));
            for (var assignments = read.Count(4); assignments > 0; assignments--)
                for (var brokers = read.Count(4); brokers > 0; brokers--) read.Int32();
        }
        read.Int32();
        return (topics, read.Bool());
    }
}

internal static class DeleteRecordsApi
{
    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var read = request.Read();
        var answer = request.Answer();
        answer.Throttle();
        var topics = read.Count(6);
        answer.Int32(topics);
        for (; topics > 0; topics--)
        {
            var name = read.String();
            var partitions = read.Count(12);
            answer.String(name);
            answer.Int32(partitions);
            for (; partitions > 0; partitions--)
            {
                var (index, offset) = (read.Int32(), read.Int64());
                var (error, start) = Delete(broker.Topics.Partition(name, index), offset, request.Injected);
                answer.Int32(index);
                answer.Int64(start);
                answer.Error(error);
            }
        }
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }

    private static (KafkaError Error, long Start) Delete(PartitionLog? log, long offset, KafkaError? injected)
    {
        if (injected is { } error) return (error, -1);
        if (log is null) return (KafkaError.UnknownTopicOrPartition, -1);
        try
        {
            return log.DeleteBefore(offset) is { } start ? (KafkaError.None, start) : (KafkaError.OffsetOutOfRange, -1);
        }
        catch (IOException)
        {
            return (KafkaError.KafkaStorageError, -1);
        }
    }
}
