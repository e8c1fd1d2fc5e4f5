using System.ComponentModel.DataAnnotations;

namespace Analytics.Contracts;

/// <summary>How missing topics are created. Topics that exist are left as they are.</summary>
public sealed class TopicOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Topics";

    /// <summary>
    /// Partitions of the events topic; bounds how many workers can share the load. Default 4. Changing it on a running
    /// system sends repeats of an id to another partition, so that duplicates go unnoticed for one deduplication window.
    /// </summary>
    [Range(1, 1024)]
    public int Partitions { get; set; } = 4;

    /// <summary>Copies of each partition; -1 (default) takes the broker's default.</summary>
    [Range(-1, 16)]
    public short ReplicationFactor { get; set; } = -1;

    /// <summary>How long the log keeps events, and so how far back they can be replayed. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Bytes each partition of the events topic may take before the oldest segments go; -1 (default) is unlimited.</summary>
    [Range(-1, long.MaxValue)]
    public long RetentionBytes { get; set; } = -1;

    /// <summary>How long dead letters stay on the log (they are stored in ClickHouse as well). Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan DeadLetterRetention { get; set; } = TimeSpan.FromDays(30);
}
