using Ingestion.Worker.Batch;
using Ingestion.Worker.Dedup;
using Ingestion.Worker.Lanes;
using Ingestion.Worker.Offsets;
using Ingestion.Worker.Telemetry;
using Ingestion.Worker.Write;
using Microsoft.Extensions.Options;

namespace Ingestion.Worker.Reconcile;

/// <summary>
/// Compares the newest offset ranges of a partition with the rows that the table holds and inserts what is missing again. Rows
/// go missing when a machine loses power before they reach the disk, when a table is restored from a backup, or when a write
/// was repeated after the engine had forgotten its token. As long as the log has them, they come back.
/// </summary>
internal sealed partial class Reconciler(
    StoredRanges stored,
    RangeReader log,
    DedupLoader dedup,
    BatchWriter writer,
    IngestionTelemetry telemetry,
    IOptions<IngestionOptions> options,
    TimeProvider time,
    ILogger<Reconciler> logger)
{
    /// <summary>True when the table holds offsets that the log has not reached: the topic was made anew, nothing can be compared.</summary>
    public async Task<bool> ReconcileAsync(Lane lane, Position position, LogBounds bounds, CancellationToken cancellationToken)
    {
        var (topic, partition) = (lane.Partition.Topic, lane.Partition.Partition.Value);
        if (await stored.CountAsync(lane.Stream, partition, bounds.End, long.MaxValue, cancellationToken) > 0)
        {
            LogReplaced(topic, partition, bounds.End);
            return true;
        }

        foreach (var damage in await DamagedAsync(lane, position.Next, bounds, cancellationToken))
        {
            await RepairAsync(lane, damage, cancellationToken);
        }

        return false;
    }

    private async Task<IReadOnlyList<Damage>> DamagedAsync(Lane lane, long next, LogBounds bounds, CancellationToken cancellationToken)
    {
        var (topic, partition) = (lane.Partition.Topic, lane.Partition.Partition.Value);
        var count = options.Value.ReconcileRanges;
        if (count == 0 || next <= bounds.Start)
        {
            return [];
        }

        var ranges = await stored.NewestAsync(topic, partition, next, count, cancellationToken);
        var start = ranges.Count == count ? ranges[0].First : bounds.Start;
        var gaps = Gaps(ranges, start, next);
        var expected = ranges.Sum(range => range.Stored);
        if (gaps.Count == 0 && await stored.CountAsync(lane.Stream, partition, ranges[0].First, next - 1, cancellationToken) == expected)
        {
            return [];
        }

        var damaged = gaps.ConvertAll(gap => (gap.First, gap.Last, InLedger: false));
        foreach (var range in ranges)
        {
            var rows = await stored.CountAsync(lane.Stream, partition, range.First, range.Last, cancellationToken);
            if (rows < range.Stored)
            {
                damaged.Add((range.First, range.Last, InLedger: true));
            }
            else if (rows > range.Stored)
            {
                LogSurplus(topic, partition, range.First, range.Last, rows, range.Stored);
            }
        }

        return
        [
            .. damaged.Where(range => range.Last >= bounds.Start)
                .OrderBy(range => range.First)
                .Select(range => new Damage(new OffsetRange(topic, partition, Math.Max(range.First, bounds.Start), range.Last), range.InLedger)),
        ];
    }

    /// <summary>The offsets from <paramref name="start"/> to before <paramref name="next"/> that no range covers.</summary>
    internal static List<(long First, long Last)> Gaps(IReadOnlyList<LedgerRange> ranges, long start, long next)
    {
        var gaps = new List<(long, long)>();
        var cursor = start;
        foreach (var range in ranges)
        {
            if (range.First > cursor)
            {
                gaps.Add((cursor, range.First - 1));
            }

            cursor = Math.Max(cursor, range.Last + 1);
        }

        if (cursor < next)
        {
            gaps.Add((cursor, next - 1));
        }

        return gaps;
    }

    private async Task RepairAsync(Lane lane, Damage damage, CancellationToken cancellationToken)
    {
        var damaged = damage.Range;
        DedupWindow? window = null;
        string? poison = null;
        long first = damaged.First, size = options.Value.MaxBatchRows;
        while (first <= damaged.Last)
        {
            var range = damaged with { First = first, Last = Math.Min(damaged.Last, first + size - 1) };
            window ??= await dedup.LoadAsync(
                lane.Stream, range with { Last = long.MaxValue }, options.Value.DedupWindow, lane.MaxIds, lane.Identity, cancellationToken);
            var present = await stored.OffsetsAsync(lane.Stream, range, cancellationToken);
            using var batch = new PartitionBatch(lane.Stream.CreateBlock(lane.Identity), range.Topic, range.Partition, range.First) { Present = present };
            await foreach (var record in log.ReadAsync(range, cancellationToken))
            {
                batch.Add(record, window, time, poison);
            }

            batch.ExtendTo(range.Last);
            // What is present makes part of the token: should the same rows be lost again, they can be repaired again.
            var outcome = await writer.WriteAsync(batch, $"{batch.Token}:repair-{present.Count}", cancellationToken, intoLedger: !damage.InLedger);
            if (outcome.Refusal is { } reason)
            {
                // As a lane does: half of it, from the rows stored by now, until one record is left, which is set aside.
                (window, size) = (null, Math.Max(1, (range.Last - range.First + 1) / 2));
                poison = range.First == range.Last ? reason : null;
                continue;
            }

            telemetry.Repaired(batch.Block.Rows);
            LogRepaired(range, batch.Block.Rows);
            (first, poison) = (range.Last + 1, null);
        }
    }

    /// <summary>A range with rows missing; the ledger may know it or not.</summary>
    private readonly record struct Damage(OffsetRange Range, bool InLedger);

    [LoggerMessage(LogLevel.Warning, "{Topic}/{Partition} ends at {End}, the table holds later offsets: the topic was made anew, old rows are left alone")]
    private partial void LogReplaced(string topic, int partition, long end);

    [LoggerMessage(LogLevel.Error, "{Topic}/{Partition} {First}-{Last} has {Rows} rows, the ledger says {Stored}")]
    private partial void LogSurplus(string topic, int partition, long first, long last, long rows, long stored);

    [LoggerMessage(LogLevel.Warning, "Repaired {Range}: {Rows} rows were missing")]
    private partial void LogRepaired(OffsetRange range, int rows);
}
