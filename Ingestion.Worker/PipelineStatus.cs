using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Ingestion.Worker.Lanes;

namespace Ingestion.Worker;

/// <summary>How far one partition is: <paramref name="Lag"/> is the number of records that are not stored yet.</summary>
internal sealed record LaneStatus(string Topic, int Partition, string State, long StoredUpTo, long Lag);

/// <summary>What the pipeline tells the outside, refreshed about once a second.</summary>
internal sealed class PipelineStatus(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private volatile IReadOnlyList<LaneStatus>? lanes;
    private bool joined;
    private long updated;
    private int running = -1;

    /// <summary>
    /// The partitions that the group has given this worker, which may be none; null while it is not a member. One value, so that
    /// no probe sees the worker joined and its partitions not yet there.
    /// </summary>
    public IReadOnlyList<LaneStatus>? Lanes => lanes;

    public long RememberedIds { get; private set; }

    public IEnumerable<Measurement<long>> LagMeasurements() =>
        (lanes ?? []).Select(lane => new Measurement<long>(
            lane.Lag,
            new KeyValuePair<string, object?>("topic", lane.Topic),
            new KeyValuePair<string, object?>("partition", lane.Partition)));

    /// <summary>The group has assigned partitions.</summary>
    public void Joined(LaneSet set, IConsumer<byte[]?, byte[]?> consumer)
    {
        (joined, running) = (true, -1);
        Update(set, consumer);
    }

    /// <summary>The member is gone, whatever it had loaded: not joined until the group assigns anew.</summary>
    public void Left()
    {
        joined = false;
        lanes = null;
    }

    public void Update(LaneSet set, IConsumer<byte[]?, byte[]?> consumer)
    {
        if (!joined)
        {
            return;
        }

        var nowRunning = set.Count(lane => lane.State == LaneState.Running);
        if (nowRunning == running && time.GetElapsedTime(updated) < Interval)
        {
            return;
        }

        (updated, running) = (time.GetTimestamp(), nowRunning);
        RememberedIds = set.Sum(lane => (long)lane.RememberedIds);
        lanes =
        [
            .. set.Select(lane => new LaneStatus(
                lane.Partition.Topic, lane.Partition.Partition.Value, lane.State.ToString(), lane.StoredUpTo, LagOf(consumer, lane))),
        ];
    }

    private static long LagOf(IConsumer<byte[]?, byte[]?> consumer, Lane lane)
    {
        // From the client's last fetch answer, without a request; unset until the first one.
        var end = consumer.GetWatermarkOffsets(lane.Partition).High;
        return end.IsSpecial ? 0 : Math.Max(0, end.Value - lane.StoredUpTo);
    }
}
