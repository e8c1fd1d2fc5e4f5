namespace Ingestion.Worker.Batch;

/// <summary>A contiguous range of offsets of one partition, both ends included: the unit that is stored exactly once.</summary>
internal readonly record struct OffsetRange(string Topic, int Partition, long First, long Last)
{
    public override string ToString() => $"{Topic}:{Partition}:{First}-{Last}";
}
