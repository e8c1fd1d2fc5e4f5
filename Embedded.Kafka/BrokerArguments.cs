using System.Globalization;
using System.Net;

namespace Embedded.Kafka;

/// <summary>The command line; every option is described once, here.</summary>
internal sealed class BrokerArguments
{
    private static readonly (string Name, string? Value, string Help, Action<BrokerArguments, string> Apply)[] Known =
    [
        ("--data", "DIR", "where everything is stored (required)", (a, v) => a.Options = a.Options with { DataDirectory = Path.GetFullPath(v) }),
        ("--port", "N", "port to listen on; 0 picks a free one (default 9092)", (a, v) => a.Options = a.Options with { Port = (int)Number(v, 0, 65535) }),
        ("--bind", "ADDRESS", "address to listen on (default 127.0.0.1); there is no authentication",
            (a, v) => a.Options = a.Options with { Bind = IPAddress.TryParse(v, out _) ? v : throw new FormatException("an IP address is expected") }),
        ("--advertised-host", "HOST", "host that clients are told (default: the bound address)", (a, v) => a.Options = a.Options with { AdvertisedHost = v }),
        ("--advertised-port", "N", "port that clients are told (default: the bound port)", (a, v) => a.Options = a.Options with { AdvertisedPort = (int)Number(v, 1, 65535) }),
        ("--partitions", "N", "partitions of topics created without a count (default 4)", (a, v) => a.Options = a.Options with { DefaultPartitions = (int)Number(v, 1, 1000) }),
        ("--auto-create", "true|false", "create unknown topics on use (default true)", (a, v) => a.Options = a.Options with { AutoCreateTopics = bool.Parse(v) }),
        ("--retention-hours", "N", "hours that records are kept; -1 for ever (default 168)",
            (a, v) => a.Options = a.Options with { Retention = Number(v, -1, 1_000_000) is var h and >= 0 ? TimeSpan.FromHours(h) : TimeSpan.FromMilliseconds(-1) }),
        ("--retention-bytes", "N", "bytes kept per partition; -1 no limit (default -1)", (a, v) => a.Options = a.Options with { RetentionBytes = Number(v, -1, long.MaxValue) }),
        ("--segment-bytes", "N", "size of one log file (default 134217728)", (a, v) => a.Options = a.Options with { SegmentBytes = (int)Number(v, 1024, 1 << 30) }),
        ("--fsync", "always|interval", "sync before acknowledging, or every 200 ms (default always)",
            (a, v) => a.Options = a.Options with { SyncBeforeAcknowledging = v switch { "always" => true, "interval" => false, _ => throw new FormatException("always or interval is expected") } }),
        ("--max-connections", "N", "open connections (default 1000)", (a, v) => a.Options = a.Options with { MaxConnections = (int)Number(v, 1, 100_000) }),
        ("--max-frame-bytes", "N", "largest request (default 33554432)", (a, v) => a.Options = a.Options with { MaxFrameBytes = (int)Number(v, 1024, 1 << 30) }),
        ("--max-message-bytes", "N", "largest record batch (default 10485760)", (a, v) => a.Options = a.Options with { MaxMessageBytes = (int)Number(v, 1024, 1 << 30) }),
        ("--max-buffer-bytes", "N", "requests and answers in memory at one time (default 67108864)", (a, v) => a.Options = a.Options with { MaxBufferBytes = Number(v, 1 << 20, long.MaxValue) }),
        ("--max-partitions", "N", "partitions of all topics together (default 4000)", (a, v) => a.Options = a.Options with { MaxPartitions = (int)Number(v, 1, 1_000_000) }),
        ("--exit-with-parent", null, "stop when standard input ends", (a, _) => a.ExitsWithParent = true),
        ("--help", null, "show this", (a, _) => a.WantsHelp = true),
    ];

    public BrokerOptions Options { get; private set; } = new() { DataDirectory = "", Port = 9092 };

    public bool ExitsWithParent { get; private set; }

    public bool WantsHelp { get; private set; }

    public static string Help => "Embedded.Kafka: a single-node broker that speaks the Kafka protocol\n\n"
        + string.Join('\n', Known.Select(o => $"  {$"{o.Name} {o.Value}",-32} {o.Help}"));

    /// <exception cref="FormatException">An option is unknown, misses its value or has a bad one.</exception>
    public static BrokerArguments Parse(string[] args)
    {
        var parsed = new BrokerArguments();
        for (var i = 0; i < args.Length; i++)
        {
            var (name, inline) = args[i].Split('=', 2) is [var n, var v] ? (n, v) : (args[i], null);
            var option = Array.Find(Known, o => o.Name == name);
            if (option.Name is null) throw new FormatException($"unknown option {name}");
            if (option.Value is null && inline is not null) throw new FormatException($"{name} takes no value");
            var value = option.Value is null ? "" : inline ?? (i + 1 < args.Length ? args[++i] : throw new FormatException($"{name} needs a value: {option.Value}"));
            try
            {
                option.Apply(parsed, value);
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                throw new FormatException($"{name} {value}: {e.Message}", e);
            }
        }
        if (!parsed.WantsHelp && parsed.Options.DataDirectory.Length == 0) throw new FormatException("--data DIR is required");
        return parsed;
    }

    private static long Number(string text, long least, long most) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"a whole number from {least} to {most} is expected");
}
