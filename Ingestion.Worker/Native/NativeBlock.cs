using System.Text;

namespace Ingestion.Worker.Native;

/// <summary>
/// A block of rows in ClickHouse's Native format (https://clickhouse.com/docs/interfaces/formats/Native): the column and
/// row counts, then for each column its name, its type and its data. One block becomes one part per table partition.
/// </summary>
internal abstract class NativeBlock : IDisposable
{
    private readonly ColumnBuffer header = new();
    private readonly List<NativeColumn> columns = [];

    public int Rows { get; private set; }

    public long Bytes
    {
        get
        {
            var total = 0L;
            foreach (var column in columns)
            {
                total += column.Bytes;
            }

            return total;
        }
    }

    /// <summary>The table these rows go to.</summary>
    public abstract string Table { get; }

    public IEnumerable<string> ColumnNames => columns.Select(column => column.Name);

    /// <summary>The encoded block. Valid until the next change of the block; may be taken again for a retry.</summary>
    public Stream OpenRead()
    {
        header.Clear();
        var cuts = new List<int>(columns.Count);
        header.WriteVarUInt((ulong)columns.Count);
        header.WriteVarUInt((ulong)Rows);
        foreach (var column in columns)
        {
            header.WriteString(Encoding.UTF8.GetBytes(column.Name));
            header.WriteString(Encoding.UTF8.GetBytes(column.Type));
            cuts.Add(header.Length);
        }

        var segments = new List<ReadOnlyMemory<byte>>(columns.Count * 4);
        var start = 0;
        for (var i = 0; i < columns.Count; i++)
        {
            segments.Add(header.Written[start..cuts[i]]);
            columns[i].AddSegments(segments);
            start = cuts[i];
        }

        return new SegmentStream(segments);
    }

    public virtual void Clear()
    {
        Rows = 0;
        foreach (var column in columns)
        {
            column.Clear();
        }
    }

    public virtual void Dispose()
    {
        header.Dispose();
        foreach (var column in columns)
        {
            column.Dispose();
        }
    }

    protected void EndRow() => Rows++;

    protected ColumnBuffer Add(string name, string type)
    {
        var column = new PlainColumn(name, type);
        columns.Add(column);
        return column.Values;
    }

    protected MapColumn AddMap(string name, string type)
    {
        var column = new MapColumn(name, type);
        columns.Add(column);
        return column;
    }
}
