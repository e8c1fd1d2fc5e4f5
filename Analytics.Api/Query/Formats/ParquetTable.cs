using System.IO.Compression;
using System.Text;
using Analytics.Api.Query.Language;
using Parquet;
using Parquet.Schema;

namespace Analytics.Api.Query.Formats;

/// <summary>
/// Parquet, a row group per <see cref="ColumnBatch"/>, compressed with zstd: no more than one is in memory, where the engine's own writer may
/// keep the whole file.
/// </summary>
internal sealed class ParquetTable(Stream output, IReadOnlyList<Column> columns) : TableWriter
{
    // Its own default is the smallest size, which takes fifty times the CPU of everything else together.
    private static readonly ParquetOptions Options = new() { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = CompressionLevel.Fastest };

    private readonly ParquetSchema _schema = new(columns.Select(FieldOf).ToArray<Parquet.Schema.Field>());
    private readonly ForwardStream _output = new(output);
    private ParquetWriter? _writer;

    public override async Task WriteAsync(ColumnBatch batch, CancellationToken cancellationToken)
    {
        _writer ??= await ParquetWriter.CreateAsync(_schema, _output, Options, cancellationToken: cancellationToken);
        using var group = _writer.CreateRowGroup();
        for (var i = 0; i < batch.Columns.Count; i++)
            await WriteAsync(group, _schema.DataFields[i], batch.Columns[i], cancellationToken);
        group.CompleteValidate();
    }

    public override async Task EndAsync(CancellationToken cancellationToken)
    {
        _writer ??= await ParquetWriter.CreateAsync(_schema, _output, Options, cancellationToken: cancellationToken);
        await _writer.DisposeAsync(); // writes the footer
        _writer = null;
        await _output.FlushAsync(cancellationToken);
    }

    // What was not ended gets no footer: a file that was cut must not look complete.
    public override ValueTask DisposeAsync()
    {
        _output.IsClosed = true;
        return ValueTask.CompletedTask;
    }

    private static DataField FieldOf(Column column) => column.Type switch
    {
        ColumnType.Time => new DateTimeDataField(column.Name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Millis, isNullable: true),
        ColumnType.Text => new DataField(column.Name, typeof(string), isNullable: true),
        ColumnType.Integer => new DataField(column.Name, typeof(long), isNullable: true),
        ColumnType.Boolean => new DataField(column.Name, typeof(bool), isNullable: true),
        _ => new DataField(column.Name, typeof(double), isNullable: true),
    };

    private static Task WriteAsync(ParquetRowGroupWriter group, DataField field, BatchColumn column, CancellationToken cancellationToken) => column.Column.Type switch
    {
        ColumnType.Text => group.WriteAsync<ReadOnlyMemory<char>>(field, Texts(column), cancellationToken: cancellationToken),
        ColumnType.Time => group.WriteAsync<DateTime>(field, Of(column, row => DateTime.UnixEpoch.AddMilliseconds(column.Integer(row))), cancellationToken: cancellationToken),
        ColumnType.Integer => group.WriteAsync<long>(field, Of(column, column.Integer), cancellationToken: cancellationToken),
        ColumnType.Boolean => group.WriteAsync<bool>(field, Of(column, row => column.Integer(row) != 0), cancellationToken: cancellationToken),
        _ => group.WriteAsync<double>(field, Of(column, column.Number), cancellationToken: cancellationToken),
    };

    private static ReadOnlyMemory<T?> Of<T>(BatchColumn column, Func<int, T> value)
        where T : struct
    {
        var values = new T?[column.Count];
        for (var row = 0; row < values.Length; row++)
            values[row] = column.IsNull(row) ? null : value(row);
        return values;
    }

    // One piece of characters for the whole column, not a string per value.
    private static ReadOnlyMemory<ReadOnlyMemory<char>?> Texts(BatchColumn column)
    {
        var characters = new char[Encoding.UTF8.GetCharCount(column.Text.Span)];
        var values = new ReadOnlyMemory<char>?[column.Count];
        for (var (row, used) = (0, 0); row < values.Length; row++)
        {
            if (column.IsNull(row))
                continue;
            var length = Encoding.UTF8.GetChars(column.TextOf(row), characters.AsSpan(used));
            values[row] = characters.AsMemory(used, length);
            used += length;
        }

        return values;
    }
}
