using System.Collections;
using Confluent.Kafka;
using Ingestion.Worker.Dedup;
using Ingestion.Worker.Streams;
using Microsoft.Extensions.Options;

namespace Ingestion.Worker.Lanes;

/// <summary>The lanes of all partitions that this worker owns. Used by the pipeline's thread alone.</summary>
internal sealed class LaneSet(IOptions<IngestionOptions> options, TimeProvider time) : IEnumerable<Lane>
{
    private readonly Dictionary<TopicPartition, Lane> lanes = [];
    private readonly Identity identity = new();
    private Lane? last;

    public Lane? Find(TopicPartition partition)
    {
        // Records come in runs of one partition.
        if (last is not null && last.Partition == partition)
        {
            return last;
        }

        return last = lanes.GetValueOrDefault(partition);
    }

    public void Add(TopicPartition partition)
    {
        Drop(partition);
        lanes.Add(partition, new Lane(RecordStream.Of(partition.Topic), partition, options.Value, options.Value.DedupMaxIds, identity.Fork(), time));
        ShareIds();
    }

    public void Drop(TopicPartition partition)
    {
        last = null;
        if (lanes.Remove(partition, out var lane))
        {
            lane.Dispose();
            ShareIds();
        }
    }

    public void Drop(Lane lane) => Drop(lane.Partition);

    public void DropAll()
    {
        foreach (var partition in lanes.Keys.ToList())
        {
            Drop(partition);
        }
    }

    // Evenly among the partitions of events; dead letters are few and get a tenth of such a share.
    private void ShareIds()
    {
        const int Whole = 10;
        static int Weight(Lane lane) => lane.Stream == RecordStream.Events ? Whole : 1;
        var total = Math.Max(1, lanes.Values.Sum(Weight));
        foreach (var lane in lanes.Values)
        {
            lane.MaxIds = (int)((long)options.Value.DedupMaxIds * Weight(lane) / total);
        }
    }

    /// <summary>ClickHouse is slow or away: full lanes stop reading, the member stays in its group.</summary>
    public void PauseFull(IConsumer<byte[]?, byte[]?> consumer)
    {
        foreach (var lane in lanes.Values.Where(lane => lane.IsFull && !lane.Paused))
        {
            consumer.Pause([lane.Partition]);
            lane.Paused = true;
        }
    }

    public void ResumeReady(IConsumer<byte[]?, byte[]?> consumer)
    {
        foreach (var lane in lanes.Values)
        {
            if (lane.Paused && !lane.IsFull)
            {
                consumer.Resume([lane.Partition]);
                lane.Paused = false;
            }
        }
    }

    public IEnumerator<Lane> GetEnumerator() => lanes.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
