using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Analytics.Api.Query;

/// <summary>What a statement cost, for <c>meta</c>.</summary>
internal readonly record struct QueryCost(long RowsRead, long BytesRead)
{
    public static QueryCost operator +(QueryCost left, QueryCost right) =>
        new(left.RowsRead + right.RowsRead, left.BytesRead + right.BytesRead);

    /// <summary>Reads <c>X-ClickHouse-Summary</c>, a JSON object whose numbers are strings; zeros when it is missing or odd.</summary>
    public static QueryCost Parse(string? summary)
    {
        if (string.IsNullOrEmpty(summary))
            return default;

        var (rows, bytes) = (0L, 0L);
        try
        {
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(summary));
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName)
                    continue;
                var isRows = json.ValueTextEquals("read_rows"u8);
                var isBytes = json.ValueTextEquals("read_bytes"u8);
                json.Read();
                if (isRows)
                    rows = Number(ref json);
                else if (isBytes)
                    bytes = Number(ref json);
            }
        }
        catch (JsonException)
        {
            return default;
        }

        return new QueryCost(rows, bytes);
    }

    private static long Number(ref Utf8JsonReader json) =>
        long.TryParse(Encoding.UTF8.GetString(json.ValueSpan), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

/// <summary>A complete result: bytes in the format that was asked for.</summary>
internal sealed class QueryResult(PooledBuffer bytes, QueryCost cost) : IDisposable
{
    public ReadOnlySpan<byte> Bytes => bytes.Span;

    public QueryCost Cost => cost;

    /// <summary>
    /// The rows of a statement whose columns are the answer's, taken over without a copy: in <see cref="QueryRunner.JsonRows"/> a line feed
    /// stands between rows and nowhere else, so it becomes the comma.
    /// </summary>
    public Rows ToRows()
    {
        var text = bytes.Span;
        if (text is [.., (byte)'\n'])
            text = text[..^1];
        var count = text.IsEmpty ? 0 : text.Count((byte)'\n') + 1;
        text.Replace((byte)'\n', (byte)',');
        bytes.Truncate(text.Length);
        return new Rows(bytes, count, cost);
    }

    /// <summary>Adds the rows of another statement of the same columns behind those of this one.</summary>
    public QueryResult Followed(QueryResult others)
    {
        bytes.Write(others.Bytes);
        return new QueryResult(bytes, cost + others.Cost);
    }

    /// <summary>Forgets the first bytes: a head that is no row.</summary>
    public void Drop(int head)
    {
        bytes.Span[head..].CopyTo(bytes.Span);
        bytes.Truncate(bytes.Length - head);
    }

    public void Dispose() => bytes.Dispose();
}
