using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Analytics.Api.Query.Formats;

/// <summary>One JSON object per row and line, with the columns' names as members.</summary>
internal sealed class NdJsonFormat : AnswerFormat
{
    public override string Word => "ndjson";

    public override string MediaType => "application/x-ndjson";

    public override async ValueTask WriteAsync(PipeWriter output, Answer answer, CancellationToken cancellationToken)
    {
        Write(output, answer);
        await output.FlushAsync(cancellationToken);
    }

    private static void Write(IBufferWriter<byte> output, Answer answer)
    {
        var names = answer.Columns.Select((column, i) => (byte[])[.. i == 0 ? "{"u8 : ","u8, .. JsonSerializer.SerializeToUtf8Bytes(column.Name), (byte)':']).ToArray();
        var rows = new RowReader(answer.Rows.Bytes);
        while (rows.TryReadRow())
        {
            for (var i = 0; rows.TryReadValue(out var value); i++)
            {
                output.Write(names[i]);
                output.Write(value);
            }

            output.Write("}\n"u8);
        }
    }
}
