using System.ComponentModel.DataAnnotations;

namespace Ingestion.Worker;

/// <summary>How the worker batches, deduplicates and stops. Section <c>Ingestion</c>.</summary>
public sealed class IngestionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Ingestion";

    /// <summary>Kafka consumer group of all workers. Default <c>ingestion-worker</c>.</summary>
    [Required]
    public string GroupId { get; set; } = "ingestion-worker";

    /// <summary>
    /// Kafka <c>group.instance.id</c>: a worker that restarts under the same one gets its partitions back at once instead of
    /// after the session timeout. Must differ between workers. Default none.
    /// </summary>
    public string? InstanceId { get; set; }

    /// <summary>How long the group waits for a silent worker before it gives its partitions to others. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How soon partitions that were added to a topic are noticed. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan TopicRefresh { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest an event waits in a batch that is not full. Default 400 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>The most rows of one insert. Default 50,000. Above about a million the engine would split the block.</summary>
    [Range(1, 500_000)]
    public int MaxBatchRows { get; set; } = 50_000;

    /// <summary>The most bytes of one insert; a partition holds at most two batches. Default 16 MiB.</summary>
    [Range(64 * 1024, 1024L * 1024 * 1024)]
    public long MaxBatchBytes { get; set; } = 16L * 1024 * 1024;

    /// <summary>How long a repeat of an event's id is recognised, by time of receipt. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "2.00:00:00")]
    public TimeSpan DedupWindow { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The most ids one worker remembers, shared evenly by its partitions; when it is reached the oldest go first and the
    /// window becomes shorter. 20 to 40 bytes each. Default 8,000,000.
    /// </summary>
    [Range(1_000, 1_000_000_000)]
    public int DedupMaxIds { get; set; } = 8_000_000;

    /// <summary>How many of the newest offset ranges are compared with the stored rows when a partition is assigned. Default 200.</summary>
    [Range(0, 100_000)]
    public int ReconcileRanges { get; set; } = 200;

    /// <summary>Time limit of one insert; it is repeated with the same token after that. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan InsertTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>First pause after a failed insert; doubles up to <see cref="RetryMaxDelay"/>. Default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause between two tries of an insert. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan RetryMaxDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a stop waits for batches in hand to be stored and committed. Default 6 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(6);
}
