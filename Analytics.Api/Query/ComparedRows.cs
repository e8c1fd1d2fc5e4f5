using System.Buffers;
using System.Text;

namespace Analytics.Api.Query;

/// <summary>
/// Puts the measures of the range before behind those of the same row. Rows that only the range before has, as the rest may be, come last.
/// </summary>
/// <param name="width">Number of values that name a row; the measures follow them.</param>
/// <param name="empty">JSON of each measure where there is nothing.</param>
internal sealed class ComparedRows(int width, IReadOnlyList<string> empty)
{
    private readonly byte[] _empty = Encoding.UTF8.GetBytes(string.Join(',', empty));

    /// <param name="before">Null: nothing is there.</param>
    public Rows Write(QueryResult result, QueryResult? before)
    {
        var output = new PooledBuffer();
        var previous = Read(before is null ? default : before.Bytes);
        var count = 0;
        var rest = result.Bytes;
        while (JsonRow.TryTake(ref rest, out var row))
        {
            var name = JsonRow.Take(ref row, width);
            previous.Remove(Encoding.UTF8.GetString(name), out var measures);
            Write(output, count++, name, row, measures ?? _empty);
        }

        foreach (var (name, measures) in previous)
            Write(output, count++, Encoding.UTF8.GetBytes(name), _empty, measures);
        return new Rows(output, count, result.Cost + (before?.Cost ?? default));
    }

    private static void Write(PooledBuffer output, int number, ReadOnlySpan<byte> name, ReadOnlySpan<byte> measures, ReadOnlySpan<byte> before)
    {
        output.Write(number == 0 ? "["u8 : ",["u8);
        output.Write(name);
        output.Write(","u8);
        output.Write(measures);
        output.Write(","u8);
        output.Write(before);
        output.Write("]"u8);
    }

    private Dictionary<string, byte[]> Read(ReadOnlySpan<byte> rest)
    {
        var rows = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        while (JsonRow.TryTake(ref rest, out var row))
            rows[Encoding.UTF8.GetString(JsonRow.Take(ref row, width))] = row.ToArray();
        return rows;
    }
}
