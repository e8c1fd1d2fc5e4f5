using Analytics.Api.Query.Language;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Column = Analytics.Api.Query.Language.Column;

namespace Analytics.Api.Query.Formats;

/// <summary>Arrow's streaming format: a schema, then a record batch per <see cref="ColumnBatch"/>. Times are UTC, in milliseconds.</summary>
internal sealed class ArrowTable(Stream output, IReadOnlyList<Column> columns) : TableWriter
{
    private readonly Schema _schema = new([.. columns.Select(column => new Apache.Arrow.Field(column.Name, TypeOf(column), nullable: true))], null);
    private ArrowStreamWriter? _writer;

    public override async Task WriteAsync(ColumnBatch batch, CancellationToken cancellationToken)
    {
        using var rows = new RecordBatch(_schema, batch.Columns.Select(ArrayOf), batch.Rows);
        await Writer.WriteRecordBatchAsync(rows, cancellationToken);
    }

    public override async Task EndAsync(CancellationToken cancellationToken)
    {
        await Writer.WriteStartAsync(cancellationToken); // an answer without rows has its columns still
        await Writer.WriteEndAsync(cancellationToken);
    }

    public override ValueTask DisposeAsync()
    {
        _writer?.Dispose();
        return ValueTask.CompletedTask;
    }

    private ArrowStreamWriter Writer => _writer ??= new ArrowStreamWriter(output, _schema, leaveOpen: true);

    private static IArrowType TypeOf(Column column) => column.Type switch
    {
        ColumnType.Time => new TimestampType(TimeUnit.Millisecond, "UTC"),
        ColumnType.Text => StringType.Default,
        ColumnType.Integer => Int64Type.Default,
        ColumnType.Boolean => BooleanType.Default,
        _ => DoubleType.Default,
    };

    // The arrays read the batch's own memory: it is written before the batch is used again.
    private static IArrowArray ArrayOf(BatchColumn column)
    {
        var (present, count, nulls) = (new ArrowBuffer(column.Present), column.Count, column.Nulls);
        return column.Column.Type switch
        {
            ColumnType.Text => new StringArray(count, new ArrowBuffer(column.Offsets), new ArrowBuffer(column.Text), present, nulls),
            ColumnType.Time => new TimestampArray(new TimestampType(TimeUnit.Millisecond, "UTC"), new ArrowBuffer(column.Values), present, count, nulls, 0),
            ColumnType.Integer => new Int64Array(new ArrowBuffer(column.Values), present, count, nulls, 0),
            ColumnType.Boolean => Booleans(column),
            _ => new DoubleArray(new ArrowBuffer(column.Values), present, count, nulls, 0),
        };
    }

    private static BooleanArray Booleans(BatchColumn column)
    {
        var builder = new BooleanArray.Builder().Reserve(column.Count);
        for (var row = 0; row < column.Count; row++)
            _ = column.IsNull(row) ? builder.AppendNull() : builder.Append(column.Integer(row) != 0);
        return builder.Build();
    }
}
