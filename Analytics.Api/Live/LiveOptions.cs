using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Live;

/// <summary>The live tail of events. Section <c>Live</c>.</summary>
internal sealed class LiveOptions
{
    public const string Section = "Live";

    /// <summary>How long a connection may be silent before a comment keeps it open. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:05:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>What clients are told to wait before they reconnect. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Readers of one tenant at the same time, per API process. Default 20.</summary>
    [Range(1, 100_000)]
    public int MaxReadersPerTenant { get; set; } = 20;

    /// <summary>Readers at the same time, per API process. Default 500.</summary>
    [Range(1, 100_000)]
    public int MaxReaders { get; set; } = 500;

    /// <summary>Events that wait for one reader; of more, the oldest are dropped and the reader is told. Default 2,000.</summary>
    [Range(1, 1_000_000)]
    public int BufferEvents { get; set; } = 2_000;

    /// <summary>Bytes that wait for one reader; of more, the oldest events are dropped. Default 4 MiB.</summary>
    [Range(262_144, 1_073_741_824)]
    public int BufferBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Records of the log, of all tenants, that are read again for one reader who resumes. Default 200,000.</summary>
    [Range(0, 100_000_000)]
    public int MaxReplay { get; set; } = 200_000;

    /// <summary>Readers who resume at the same time; the others wait. Default 4.</summary>
    [Range(1, 1_000)]
    public int MaxReplays { get; set; } = 4;

    /// <summary>How long a reader may take nothing before the connection is cut. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>When a connection is ended, so that the client shows its credential again. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often it is looked whether the topic has more partitions. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan PartitionRefresh { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class LiveOptionsValidator : IValidateOptions<LiveOptions>;
