using ClickHouse.Driver;
using Ingestion.Worker.Batch;
using Ingestion.Worker.Dedup;
using Ingestion.Worker.Offsets;
using Ingestion.Worker.Reconcile;
using Ingestion.Worker.Write;
using Microsoft.Extensions.Options;

namespace Ingestion.Worker.Lanes;

/// <summary>Where a partition's log begins and ends (the next offset to be written).</summary>
internal readonly record struct LogBounds(long Start, long End);

/// <summary>
/// Prepares an assigned partition: stored rows are compared with the log, then the dedup window is rebuilt from them.
/// Repeats itself until ClickHouse answers or the partition is taken away.
/// </summary>
internal sealed partial class LaneLoader(
    Reconciler reconciler, DedupLoader dedup, IOptions<IngestionOptions> options, TimeProvider time, ILogger<LaneLoader> logger)
{
    public async Task<DedupWindow> LoadAsync(Lane lane, Position position, LogBounds log, CancellationToken cancellationToken)
    {
        var partition = lane.Partition.Partition.Value;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var started = time.GetTimestamp();
                await reconciler.ReconcileAsync(lane, position, log, cancellationToken);
                // The table should hold nothing beyond the intent. If it does, the broker has lost commits: then these rows count too.
                var replayed = new OffsetRange(lane.Partition.Topic, partition, position.Next, position.IntentLast);
                var window = await dedup.LoadAsync(
                    lane.Stream, replayed, options.Value.DedupWindow, lane.MaxIds, lane.Identity, cancellationToken);
                LogLoaded(lane.Partition.Topic, partition, position.Next, position.IntentLast, window.Count, time.GetElapsedTime(started));
                return window;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogRetried(lane.Partition.Topic, partition, attempt, e.Message);
                await Task.Delay(WriteRetry.Delay(attempt, options.Value.RetryDelay, options.Value.RetryMaxDelay), time, cancellationToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Took over {Topic}/{Partition} at {Next} (intent to {IntentLast}) with {Ids} ids in {Elapsed}")]
    private partial void LogLoaded(string topic, int partition, long next, long intentLast, int ids, TimeSpan elapsed);

    [LoggerMessage(LogLevel.Warning, "Could not load {Topic}/{Partition} in try {Attempt}: {Reason}")]
    private partial void LogRetried(string topic, int partition, int attempt, string reason);
}
