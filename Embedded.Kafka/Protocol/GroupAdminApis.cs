using Embedded.Kafka.Groups;

namespace Embedded.Kafka.Protocol;

internal static class DescribeGroupsApi
{
    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var version = request.Version;
        var read = request.Read();
        var count = read.Count(2);
        var answer = request.Answer(1024);
        answer.Throttle(version >= 1);
        answer.Int32(count);
        for (; count > 0; count--) Write(answer, version, broker.Groups.Describe(read.String()) with { Error = request.Injected ?? KafkaError.None });
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }

    private static void Write(ResponseWriter answer, short version, GroupDescription group)
    {
        answer.Error(group.Error);
        answer.String(group.Group);
        answer.String(group.State);
        answer.String(group.ProtocolType);
        answer.String(group.Protocol);
        answer.Int32(group.Members.Count);
        foreach (var member in group.Members)
        {
            answer.String(member.Id);
            if (version >= 4) answer.String(member.InstanceId);
            answer.String(member.ClientId);
            answer.String(member.ClientHost);
            answer.Bytes(member.Metadata);
            answer.Bytes(member.Assignment);
        }
        if (version >= 3) answer.Int32(int.MinValue);
    }
}

internal static class ListGroupsApi
{
    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var groups = request.Injected is null ? broker.Groups.List() : [];
        var answer = request.Answer();
        answer.Throttle(request.Version >= 1);
        answer.Error(request.Injected ?? KafkaError.None);
        answer.Int32(groups.Count);
        foreach (var (group, type) in groups)
        {
            answer.String(group);
            answer.String(type);
        }
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }
}

internal static class DeleteGroupsApi
{
    public static async ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var groups = Parse(request);
        var answer = request.Answer();
        answer.Throttle();
        answer.Int32(groups.Length);
        foreach (var group in groups)
        {
            answer.String(group);
            answer.Error(request.Injected ?? await broker.Groups.DeleteAsync(group));
        }
        return answer;
    }

    private static string[] Parse(Request request)
    {
        var read = request.Read();
        var groups = new string[read.Count(2)];
        for (var i = 0; i < groups.Length; i++) groups[i] = read.String();
        return groups;
    }
}

/// <summary>Deletes single positions of a group without members.</summary>
internal static class OffsetDeleteApi
{
    public static async ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var (group, which) = Parse(request);
        var error = request.Injected ?? KafkaError.None;
        if (error == KafkaError.None && broker.Groups.Describe(group).State == nameof(GroupState.Dead)) error = KafkaError.GroupIdNotFound;
        var each = broker.Groups.IsEmpty(group) ? KafkaError.None : KafkaError.GroupSubscribedToTopic;
        if (error == KafkaError.None && each == KafkaError.None) error = await broker.Groups.DeletePositionsAsync(group, which);
        var answer = request.Answer();
        answer.Error(error);
        answer.Throttle();
        var topics = which.GroupBy(w => w.Topic).ToList();
        answer.Int32(topics.Count);
        foreach (var topic in topics)
        {
            answer.String(topic.Key);
            answer.Int32(topic.Count());
            foreach (var (_, partition) in topic)
            {
                answer.Int32(partition);
                answer.Error(each);
            }
        }
        return answer;
    }

    private static (string Group, List<(string Topic, int Partition)> Which) Parse(Request request)
    {
        var read = request.Read();
        var group = read.String();
        List<(string, int)> which = [];
        for (var topics = read.Count(6); topics > 0; topics--)
        {
            var topic = read.String();
            for (var partitions = read.Count(4); partitions > 0; partitions--) which.Add((topic, read.Int32()));
        }
        return (group, which);
    }
}
