using Analytics.Api.Query.Language;

namespace Analytics.Api.Query.Formats;

/// <summary>Writes batches of columns as a file or stream of a columnar format.</summary>
internal abstract class TableWriter : IAsyncDisposable
{
    /// <summary>Writes the rows; the batch may be cleared and filled again afterwards.</summary>
    public abstract Task WriteAsync(ColumnBatch batch, CancellationToken cancellationToken);

    /// <summary>Writes what makes it complete.</summary>
    public abstract Task EndAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
