using System.Buffers;
using System.Text;
using System.Text.Json;
using Analytics.Api.Query.Language;
using Analytics.Contracts;

namespace Analytics.Api.Query;

/// <summary>The frame of every query's answer: columns, rows, meta. The rows are written between <see cref="Start"/> and <see cref="End"/>.</summary>
internal static class Answer
{
    public const string ContentType = "application/json";

    public static void Start(IBufferWriter<byte> output, IEnumerable<Column> columns)
    {
        output.Write("{\"columns\":["u8);
        var first = true;
        foreach (var column in columns)
        {
            output.Write(first ? "{\"name\":"u8 : ",{\"name\":"u8);
            output.Write(JsonSerializer.SerializeToUtf8Bytes(column.Name));
            output.Write(",\"type\":\""u8);
            output.Write(Encoding.UTF8.GetBytes(column.TypeWord));
            output.Write("\"}"u8);
            first = false;
        }

        output.Write("],\"rows\":["u8);
    }

    public static void End(IBufferWriter<byte> output, QueryCost cost, TimeSpan elapsed, string cache, string source, long asOfUnixMs)
    {
        Span<byte> asOf = stackalloc byte[Rfc3339.FormattedLength];
        Rfc3339.Format(asOfUnixMs, asOf);
        using var json = new Utf8JsonWriter(output);
        output.Write("],\"meta\":"u8);
        json.WriteStartObject();
        json.WriteNumber("rowsRead"u8, cost.RowsRead);
        json.WriteNumber("bytesRead"u8, cost.BytesRead);
        json.WriteNumber("elapsedMs"u8, Math.Round(elapsed.TotalMilliseconds, 1));
        json.WriteString("cache"u8, cache);
        json.WriteString("source"u8, source);
        json.WriteString("asOf"u8, asOf);
        json.WriteEndObject();
        json.Flush();
        output.Write("}"u8);
    }
}
