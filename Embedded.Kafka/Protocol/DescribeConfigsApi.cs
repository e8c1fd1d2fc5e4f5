using System.Globalization;

namespace Embedded.Kafka.Protocol;

/// <summary>Settings of topics (type 2) and of the broker (type 4).</summary>
internal static class DescribeConfigsApi
{
    public const byte TopicResource = 2;
    private const byte BrokerResource = 4;
    private const byte SetOnTopic = 1;
    private const byte StaticOnBroker = 4;
    private const byte Default = 5;

    private sealed record Setting(string Name, string Value, byte Source, bool ReadOnly);

    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var version = request.Version;
        var read = request.Read();
        var answer = request.Answer(2048);
        answer.Throttle();
        var count = read.Count(7);
        answer.Int32(count);
        for (; count > 0; count--)
        {
            var (type, name) = (read.Byte(), read.String());
            HashSet<string>? only = null;
            var names = read.NullableCount(2);
            if (names >= 0) only = [];
            for (; names > 0; names--) only!.Add(read.String());
            var settings = request.Injected is null ? Find(type, name, broker) : null;
            answer.Error(settings is not null ? KafkaError.None : request.Injected ?? RefusalOf(type));
            answer.String(null);
            answer.Byte(type);
            answer.String(name);
            Write(answer, version, settings?.Where(s => only is null || only.Contains(s.Name)).ToList() ?? []);
        }
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }

    private static KafkaError RefusalOf(byte type) => type == TopicResource ? KafkaError.UnknownTopicOrPartition : KafkaError.InvalidRequest;

    private static IEnumerable<Setting>? Find(byte type, string name, BrokerServices broker) => type switch
    {
        TopicResource => broker.Topics.Find(name)?.Config.Describe().Select(c => new Setting(c.Name, c.Value, c.IsSet ? SetOnTopic : Default, false)),
        BrokerResource when name == BrokerServices.NodeId.ToString(CultureInfo.InvariantCulture) => OfBroker(broker.Options),
        _ => null,
    };

    private static IEnumerable<Setting> OfBroker(BrokerOptions options) => new (string Name, object Value)[]
    {
        ("auto.create.topics.enable", options.AutoCreateTopics ? "true" : "false"),
        ("default.replication.factor", 1),
        ("log.retention.bytes", options.RetentionBytes),
        ("log.retention.ms", (long)options.Retention.TotalMilliseconds),
        ("log.segment.bytes", options.SegmentBytes),
        ("max.connections", options.MaxConnections),
        ("message.max.bytes", options.MaxMessageBytes),
        ("num.partitions", options.DefaultPartitions),
        ("socket.request.max.bytes", options.MaxFrameBytes),
    }.Select(s => new Setting(s.Name, string.Create(CultureInfo.InvariantCulture, $"{s.Value}"), StaticOnBroker, true));

    private static void Write(ResponseWriter answer, short version, List<Setting> settings)
    {
        answer.Int32(settings.Count);
        foreach (var setting in settings)
        {
            answer.String(setting.Name);
            answer.String(setting.Value);
            answer.Bool(setting.ReadOnly);
            if (version == 0) answer.Bool(setting.Source == Default);
            else answer.Byte(setting.Source);
            answer.Bool(false); // sensitive
            if (version >= 1) answer.Int32(0); // synonyms
            if (version < 3) continue;
            answer.Byte(0); // type unknown
            answer.String(null);
        }
    }
}
