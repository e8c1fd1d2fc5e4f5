namespace Ingestion.Worker.Native;

/// <summary>
/// One column of a block in ClickHouse's Native format: name, type and the values of all rows.
/// A LowCardinality column is sent as its plain inner type, which the engine casts while inserting.
/// </summary>
internal abstract class NativeColumn(string name, string type) : IDisposable
{
    public string Name { get; } = name;

    public string Type { get; } = type;

    public abstract long Bytes { get; }

    /// <summary>Adds the pieces of memory that make up the column's data, in order.</summary>
    public abstract void AddSegments(ICollection<ReadOnlyMemory<byte>> segments);

    public abstract void Clear();

    public abstract void Dispose();
}

/// <summary>A column whose values lie one after the other in one buffer: every type except maps and arrays.</summary>
internal sealed class PlainColumn(string name, string type) : NativeColumn(name, type)
{
    public ColumnBuffer Values { get; } = new();

    public override long Bytes => Values.Length;

    public override void AddSegments(ICollection<ReadOnlyMemory<byte>> segments) => segments.Add(Values.Written);

    public override void Clear() => Values.Clear();

    public override void Dispose() => Values.Dispose();
}

/// <summary>
/// A <c>Map(String, …)</c>: cumulative sizes (UInt64 per row), then all keys, then all values.
/// Append keys and values of a row, then call <see cref="EndRow"/>.
/// </summary>
internal sealed class MapColumn(string name, string type) : NativeColumn(name, type)
{
    private readonly ColumnBuffer sizes = new();
    private long entries;

    public ColumnBuffer Keys { get; } = new();

    public ColumnBuffer Values { get; } = new();

    public override long Bytes => sizes.Length + Keys.Length + Values.Length;

    public void CountEntry() => entries++;

    public void EndRow() => sizes.WriteInt64(entries);

    public override void AddSegments(ICollection<ReadOnlyMemory<byte>> segments)
    {
        segments.Add(sizes.Written);
        segments.Add(Keys.Written);
        segments.Add(Values.Written);
    }

    public override void Clear()
    {
        entries = 0;
        sizes.Clear();
        Keys.Clear();
        Values.Clear();
    }

    public override void Dispose()
    {
        sizes.Dispose();
        Keys.Dispose();
        Values.Dispose();
    }
}
