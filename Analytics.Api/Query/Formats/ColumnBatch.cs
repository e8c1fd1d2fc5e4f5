using Analytics.Api.Query.Language;

namespace Analytics.Api.Query.Formats;

/// <summary>Some rows by column: the unit in which Arrow and Parquet are written. Reused from batch to batch.</summary>
internal sealed class ColumnBatch(IReadOnlyList<Column> columns)
{
    /// <summary>A row group of Parquet, a record batch of Arrow. Larger ones compress better and take more memory.</summary>
    public const int MostRows = 32_768;

    /// <summary>Large values end a batch early.</summary>
    private const int MostTextBytes = 8 * 1024 * 1024;

    public IReadOnlyList<BatchColumn> Columns { get; } = [.. columns.Select(column => new BatchColumn(column))];

    public int Rows => Columns.Count == 0 ? 0 : Columns[0].Count;

    public bool IsFull => Rows >= MostRows || Columns.Any(column => column.TextBytes > MostTextBytes);

    public void Clear()
    {
        foreach (var column in Columns)
            column.Clear();
    }
}
