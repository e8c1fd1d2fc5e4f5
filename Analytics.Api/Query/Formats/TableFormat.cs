using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text.Json;
using Analytics.Api.Query.Language;
using Analytics.Contracts;

namespace Analytics.Api.Query.Formats;

/// <summary>An answer's rows in a columnar format. Times become moments in UTC: the offset their texts had is not kept.</summary>
internal sealed class TableFormat(string word, string mediaType, Func<Stream, IReadOnlyList<Column>, TableWriter> open) : AnswerFormat
{
    public static readonly TableFormat Arrow = new("arrow", "application/vnd.apache.arrow.stream", (output, columns) => new ArrowTable(output, columns));

    public static readonly TableFormat Parquet = new("parquet", "application/vnd.apache.parquet", (output, columns) => new ParquetTable(output, columns));

    public override string Word => word;

    public override string MediaType => mediaType;

    public TableWriter Open(Stream output, IReadOnlyList<Column> columns) => open(output, columns);

    public override async ValueTask WriteAsync(PipeWriter output, Answer answer, CancellationToken cancellationToken)
    {
        await using var buffer = new MemoryStream(); // writers of both formats also write synchronously, which a response does not allow
        var columns = Storable(answer);
        await using var table = Open(buffer, columns);
        var batch = new ColumnBatch(columns);
        for (var at = 0; at < answer.Rows.Bytes.Length;)
        {
            at += Fill(batch, answer.Rows.Bytes[at..]);
            await table.WriteAsync(batch, cancellationToken);
            batch.Clear();
            await SendAsync(buffer, output, cancellationToken);
        }

        await table.EndAsync(cancellationToken);
        await SendAsync(buffer, output, cancellationToken);
    }

    // JSON becomes text; so do integers of a column that has one beyond 64 bits with a sign, e.g. hashes.
    private static List<Column> Storable(Answer answer)
    {
        var columns = answer.Columns.Select(column => column.Type == ColumnType.Json ? column with { Type = ColumnType.Text } : column).ToList();
        if (!columns.Exists(column => column.Type == ColumnType.Integer))
            return columns;

        var rows = new RowReader(answer.Rows.Bytes);
        while (rows.TryReadRow())
            for (var i = 0; rows.TryReadValue(out var value); i++)
                if (value.Length >= 19 && columns[i].Type == ColumnType.Integer && !(Utf8Parser.TryParse(value, out long _, out var used) && used == value.Length))
                    columns[i] = columns[i] with { Type = ColumnType.Text };
        return columns;
    }

    private static async Task SendAsync(MemoryStream buffer, PipeWriter output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken);
        buffer.SetLength(0);
    }

    // Returns how many bytes of the rows are in the batch.
    private static int Fill(ColumnBatch batch, ReadOnlySpan<byte> json)
    {
        var rows = new RowReader(json);
        while (!batch.IsFull && rows.TryReadRow())
            for (var i = 0; rows.TryReadValue(out var value); i++)
                Add(batch.Columns[i], value);
        return json.Length - rows.Left;
    }

    private static void Add(BatchColumn column, ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("null"u8))
            column.AddNull();
        else if (column.Column.Type == ColumnType.Boolean)
            column.AddInteger(value[0] == 't' ? 1 : 0);
        else if (value[0] != '"')
            AddNumber(column, value);
        else
            AddText(column, value);
    }

    private static void AddNumber(BatchColumn column, ReadOnlySpan<byte> value)
    {
        if (column.Column.Type == ColumnType.Integer && Utf8Parser.TryParse(value, out long integer, out var used) && used == value.Length)
            column.AddInteger(integer);
        else if (column.Column.Type == ColumnType.Number && Utf8Parser.TryParse(value, out double number, out used) && used == value.Length)
            column.AddNumber(number);
        else if (column.IsText)
            column.AddText(value);
        else
            throw new InvalidOperationException($"A {column.Column.TypeWord} was expected in column {column.Column.Name}.");
    }

    private static void AddText(BatchColumn column, ReadOnlySpan<byte> value)
    {
        var json = new Utf8JsonReader(value);
        json.Read();
        var rented = ArrayPool<byte>.Shared.Rent(value.Length);
        var text = rented.AsSpan(0, json.CopyString(rented));
        if (column.IsText)
            column.AddText(text);
        else if (column.Column.Type == ColumnType.Time && Rfc3339.TryParse(text, out var moment))
            column.AddInteger(moment);
        else
            throw new InvalidOperationException($"A {column.Column.TypeWord} was expected in column {column.Column.Name}.");
        ArrayPool<byte>.Shared.Return(rented);
    }
}
