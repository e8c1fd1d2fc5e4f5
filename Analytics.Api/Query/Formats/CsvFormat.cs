using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace Analytics.Api.Query.Formats;

/// <summary>RFC 4180 with a header line: UTF-8, CRLF, quotes where they are needed; null is the empty field, the empty text is <c>""</c>.</summary>
internal sealed class CsvFormat : AnswerFormat
{
    private static readonly SearchValues<byte> Special = SearchValues.Create(",\"\r\n"u8);

    public override string Word => "csv";

    public override string MediaType => "text/csv";

    public override string ContentType => "text/csv; charset=utf-8; header=present";

    public override async ValueTask WriteAsync(PipeWriter output, Answer answer, CancellationToken cancellationToken)
    {
        Write(output, answer);
        await output.FlushAsync(cancellationToken);
    }

    private static void Write(IBufferWriter<byte> output, Answer answer)
    {
        var first = true;
        foreach (var column in answer.Columns)
        {
            if (!first)
                output.Write(","u8);
            WriteText(output, Encoding.UTF8.GetBytes(column.Name));
            first = false;
        }

        output.Write("\r\n"u8);
        var rows = new RowReader(answer.Rows.Bytes);
        while (rows.TryReadRow())
        {
            for (var i = 0; rows.TryReadValue(out var value); i++)
            {
                if (i > 0)
                    output.Write(","u8);
                WriteValue(output, value);
            }

            output.Write("\r\n"u8);
        }
    }

    private static void WriteValue(IBufferWriter<byte> output, ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("null"u8))
            return;
        if (value[0] != '"')
        {
            WriteText(output, value);
            return;
        }

        var json = new Utf8JsonReader(value);
        json.Read();
        var rented = ArrayPool<byte>.Shared.Rent(value.Length);
        WriteText(output, rented.AsSpan(0, json.CopyString(rented)));
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>A field, quoted where it must be.</summary>
    public static void WriteText(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        if (text.Length > 0 && text.IndexOfAny(Special) < 0)
        {
            output.Write(text);
            return;
        }

        output.Write("\""u8);
        for (var quote = text.IndexOf((byte)'"'); quote >= 0; quote = text.IndexOf((byte)'"'))
        {
            output.Write(text[..(quote + 1)]);
            output.Write("\""u8);
            text = text[(quote + 1)..];
        }

        output.Write(text);
        output.Write("\""u8);
    }
}
