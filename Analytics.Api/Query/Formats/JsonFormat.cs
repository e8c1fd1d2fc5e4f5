using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Analytics.Contracts;

namespace Analytics.Api.Query.Formats;

/// <summary><c>{"columns":[{"name","type"}],"rows":[[…]],"meta":{…}}</c>. The rows are copied as they are.</summary>
internal sealed class JsonFormat : AnswerFormat
{
    public override string Word => "json";

    public override string MediaType => "application/json";

    public override async ValueTask WriteAsync(PipeWriter output, Answer answer, CancellationToken cancellationToken)
    {
        WriteColumns(output, answer);
        output.Write(answer.Rows.Bytes);
        output.Write("]"u8);
        WriteMeta(output, answer);
        await output.FlushAsync(cancellationToken);
    }

    private static void WriteColumns(IBufferWriter<byte> output, Answer answer)
    {
        output.Write("{\"columns\":["u8);
        var first = true;
        foreach (var column in answer.Columns)
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

    /// <summary>The last member of the answer, and its end.</summary>
    public static void WriteMeta(IBufferWriter<byte> output, Answer answer)
    {
        Span<byte> asOf = stackalloc byte[Rfc3339.FormattedLength];
        Rfc3339.Format(answer.AsOfUnixMs, asOf);
        output.Write(",\"meta\":"u8);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("rowsRead"u8, answer.Rows.Cost.RowsRead);
        json.WriteNumber("bytesRead"u8, answer.Rows.Cost.BytesRead);
        json.WriteNumber("elapsedMs"u8, Math.Round(answer.Elapsed.TotalMilliseconds, 1));
        json.WriteString("cache"u8, answer.Cache);
        json.WriteString("source"u8, answer.Source);
        json.WriteString("asOf"u8, asOf);
        json.WriteEndObject();
        json.Flush();
        output.Write("}"u8);
    }
}
