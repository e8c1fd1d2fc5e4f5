using Embedded.Kafka.Log;

namespace Embedded.Kafka.Protocol;

/// <summary>Replaces a topic's settings (AlterConfigs) or changes some of them (IncrementalAlterConfigs).</summary>
internal static class AlterConfigsApi
{
    private const byte Set = 0;
    private const byte Delete = 1;

    private sealed record Change(string Name, byte Operation, string? Value);

    private sealed record Wanted(byte Type, string Name, List<Change> Changes);

    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker) => Answer(request, broker, incremental: false);

    public static ValueTask<ResponseWriter?> HandleIncremental(Request request, BrokerServices broker) => Answer(request, broker, incremental: true);

    private static ValueTask<ResponseWriter?> Answer(Request request, BrokerServices broker, bool incremental)
    {
        var (resources, validateOnly) = Parse(request, incremental);
        var answer = request.Answer();
        answer.Throttle();
        answer.Int32(resources.Count);
        foreach (var resource in resources)
        {
            var (error, message) = request.Injected is { } injected ? (injected, null) : Alter(resource, incremental, validateOnly, broker);
            answer.Error(error);
            answer.String(message);
            answer.Byte(resource.Type);
            answer.String(resource.Name);
        }
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }

    private static (KafkaError Error, string? Message) Alter(Wanted wanted, bool incremental, bool validateOnly, BrokerServices broker)
    {
        if (wanted.Type != DescribeConfigsApi.TopicResource) return (KafkaError.InvalidRequest, "only settings of topics can be changed");
        if (broker.Topics.Find(wanted.Name) is not { } topic) return (KafkaError.UnknownTopicOrPartition, null);
        var config = new Dictionary<string, string>(incremental ? topic.Config.Set : new Dictionary<string, string>());
        foreach (var change in wanted.Changes)
        {
            if (change.Operation is not (Set or Delete)) return (KafkaError.InvalidConfig, $"{change.Name}: only SET and DELETE are supported");
            if (change.Operation == Delete)
            {
                config.Remove(change.Name);
                continue;
            }
            if (TopicConfig.Refusal(change.Name, change.Value) is { } refusal) return (KafkaError.InvalidConfig, refusal);
            config[change.Name] = change.Value!;
        }
        return (validateOnly ? KafkaError.None : broker.Topics.Configure(wanted.Name, config), null);
    }

    private static (List<Wanted> Resources, bool ValidateOnly) Parse(Request request, bool incremental)
    {
        var read = request.Read();
        List<Wanted> resources = [];
        for (var left = read.Count(7); left > 0; left--)
        {
            var wanted = new Wanted(read.Byte(), read.String(), []);
            for (var changes = read.Count(4); changes > 0; changes--)
                wanted.Changes.Add(new Change(read.String(), incremental ? read.Byte() : Set, read.NullableString()));
            resources.Add(wanted);
        }
        return (resources, read.Bool());
    }
}
