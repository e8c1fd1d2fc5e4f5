using System.Diagnostics;
using Ingestion.Worker.Dedup;
using Ingestion.Worker.Streams;

namespace Ingestion.Worker.Batch;

/// <summary>
/// The records of one contiguous offset range on their way into the table. What it holds follows from the log and from the
/// rows stored before the range alone, so a replay of the range builds the same batch.
/// </summary>
internal sealed class PartitionBatch(RowBlock block, string topic, int partition, long first) : IDisposable
{
    private const int MaxLinks = 32;

    // The tables are partitioned by the month of receipt, and the engine takes rows of at most 100 partitions in one insert. A
    // stretch of 28 days lies in at most two months.
    private const long Stretch = 28L * 24 * 60 * 60 * 1000;
    private const int MaxStretches = 50;

    private readonly HashSet<string> traceParents = [];
    private readonly HashSet<long> stretches = [];
    private long lastStretch = long.MinValue;
    private long firstReceived;

    public RowBlock Block => block;

    public LedgerTally Tally { get; } = new();

    public List<Rejection> Rejections { get; } = [];

    public OffsetRange Range => new(topic, partition, first, Last);

    /// <summary>
    /// The <c>insert_deduplication_token</c>: one insert of this range, whoever sends it and however often. It ends with the
    /// receipt of the range's first record, so that a topic that was deleted and made anew, whose offsets start again, does
    /// not repeat the tokens of the old one.
    /// </summary>
    public string Token => $"{Range}@{firstReceived}";

    public long First => first;

    public long Last { get; private set; } = first - 1;

    public int Records { get; private set; }

    public long RejectedBytes { get; private set; }

    public long Bytes => block.Bytes + RejectedBytes;

    /// <summary>One more record could make it rows of more partitions of the table than one insert may have.</summary>
    public bool SpansTooLong => stretches.Count >= MaxStretches;

    /// <summary>The earliest receipt in the batch, Unix milliseconds: how long its oldest event has been waiting.</summary>
    public long OldestReceived { get; private set; } = long.MaxValue;

    /// <summary>Timestamp of the <c>TimeProvider</c> at the first record.</summary>
    public long Opened { get; private set; }

    /// <summary>Traces that the batch continues, at most 32.</summary>
    public IEnumerable<ActivityLink> Links
    {
        get
        {
            foreach (var traceParent in traceParents)
            {
                if (ActivityContext.TryParse(traceParent, null, isRemote: true, out var context))
                {
                    yield return new ActivityLink(context);
                }
            }
        }
    }

    /// <summary>Offsets whose rows the table has: they are counted as stored, but not sent again. Only a repair sets it.</summary>
    public IReadOnlySet<long>? Present { get; init; }

    /// <summary>Adds a record. <paramref name="refusedBecause"/> is set for one that the table has refused before.</summary>
    public void Add(in LogRecord record, DedupWindow window, TimeProvider time, string? refusedBecause = null)
    {
        if (Records++ == 0)
        {
            Opened = time.GetTimestamp();
            firstReceived = record.Received;
        }

        Last = record.Offset;
        if (record.Received / Stretch is var stretch && stretch != lastStretch)
        {
            stretches.Add(lastStretch = stretch);
        }

        OldestReceived = Math.Min(OldestReceived, record.Received);
        if (record.TraceParent is not null && traceParents.Count < MaxLinks)
        {
            traceParents.Add(record.TraceParent);
        }

        var counts = Tally.Of(record.Tenant, record.Received);
        if (Decode(record, refusedBecause) is { } rejection)
        {
            Rejections.Add(rejection);
            RejectedBytes += record.Value.Length + record.Key.Length;
            counts.DeadLettered++;
        }
        else if (window.TryAdd(block.Identity, record.Received))
        {
            if (Present?.Contains(record.Offset) is not true)
            {
                block.Append(record);
            }

            counts.Stored++;
        }
        else
        {
            counts.Duplicates++;
        }
    }

    private Rejection? Decode(in LogRecord record, string? refusedBecause) =>
        refusedBecause is null ? block.Decode(record) : new Rejection(record, "refused_by_storage", refusedBecause);

    /// <summary>Extends the range over offsets that hold no record (control records, compaction).</summary>
    public void ExtendTo(long last) => Last = Math.Max(Last, last);

    public void Dispose() => block.Dispose();
}
