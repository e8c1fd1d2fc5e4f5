using System.Collections.Frozen;
using System.Globalization;

namespace Embedded.Kafka.Log;

/// <summary>A topic's settings: the ones set on it, over the broker's defaults. Names and units are Kafka's.</summary>
internal sealed class TopicConfig
{
    /// <summary>Settings that other brokers obey and that make no difference on a single node without compaction; kept and described.</summary>
    private static readonly FrozenSet<string> AcceptedWithoutEffect = new[]
    {
        "cleanup.policy", "compression.type", "min.insync.replicas", "unclean.leader.election.enable", "message.timestamp.type",
        "flush.messages", "flush.ms", "delete.retention.ms", "file.delete.delay.ms", "index.interval.bytes", "max.compaction.lag.ms",
        "min.cleanable.dirty.ratio", "min.compaction.lag.ms", "preallocate", "segment.index.bytes", "segment.jitter.ms",
        "message.timestamp.before.max.ms", "message.timestamp.after.max.ms", "message.downconversion.enable",
    }.ToFrozenSet();

    private readonly SortedDictionary<string, string> _set;
    private readonly BrokerOptions _defaults;

    public TopicConfig(BrokerOptions defaults, IEnumerable<KeyValuePair<string, string>> set)
    {
        _defaults = defaults;
        _set = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in set) _set[name] = value;
        RetentionMs = Number("retention.ms", (long)defaults.Retention.TotalMilliseconds);
        RetentionBytes = Number("retention.bytes", defaults.RetentionBytes);
        SegmentBytes = (int)Number("segment.bytes", defaults.SegmentBytes);
        SegmentMs = Number("segment.ms", 7L * 24 * 3600 * 1000);
        MaxMessageBytes = (int)Number("max.message.bytes", defaults.MaxMessageBytes);
    }

    /// <summary>-1: for ever.</summary>
    public long RetentionMs { get; }

    /// <summary>Per partition; -1: no limit.</summary>
    public long RetentionBytes { get; }

    public int SegmentBytes { get; }

    public long SegmentMs { get; }

    public int MaxMessageBytes { get; }

    /// <summary>What was set on the topic itself.</summary>
    public IReadOnlyDictionary<string, string> Set => _set;

    public TopicConfig With(IEnumerable<KeyValuePair<string, string>> set) => new(_defaults, set);

    /// <summary>Every setting with its effective value, and whether it was set on the topic.</summary>
    public IEnumerable<(string Name, string Value, bool IsSet)> Describe()
    {
        var effective = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["cleanup.policy"] = "delete",
            ["compression.type"] = "producer",
            ["max.message.bytes"] = Text(MaxMessageBytes),
            ["message.timestamp.type"] = "CreateTime",
            ["min.insync.replicas"] = "1",
            ["retention.bytes"] = Text(RetentionBytes),
            ["retention.ms"] = Text(RetentionMs),
            ["segment.bytes"] = Text(SegmentBytes),
            ["segment.ms"] = Text(SegmentMs),
        };
        foreach (var (name, value) in _set) effective[name] = value;
        return effective.Select(e => (e.Key, e.Value, _set.ContainsKey(e.Key)));
    }

    /// <summary>Null when the setting is acceptable, else the reason why not.</summary>
    public static string? Refusal(string name, string? value)
    {
        if (value is null) return $"{name} has no value";
        var (least, most) = name switch
        {
            "retention.ms" or "retention.bytes" => (-1L, long.MaxValue),
            "segment.bytes" => (1024L, 1L << 30),
            "segment.ms" => (1L, long.MaxValue),
            "max.message.bytes" => (0L, 1L << 30),
            _ => (0L, -1L),
        };
        if (most < least) return AcceptedWithoutEffect.Contains(name) ? RefusalOfWord(name, value) : $"{name} is not a known topic setting";
        return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? null
            : $"{name} must be a whole number from {least} to {most}, not '{value}'";
    }

    private static string? RefusalOfWord(string name, string value) => name switch
    {
        "cleanup.policy" when value.Split(',').Any(p => p.Trim() is not ("delete" or "compact")) => $"cleanup.policy '{value}' is not delete or compact",
        "message.timestamp.type" when value is not "CreateTime" => "only message.timestamp.type CreateTime is supported",
        "min.insync.replicas" when value is not "1" => "this broker has one node: min.insync.replicas can only be 1",
        _ => null,
    };

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private long Number(string name, long fallback) =>
        _set.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : fallback;
}
