namespace Analytics.Api.Query;

/// <summary>
/// The complete rows of an answer as JSON: each an array as wide as the answer's columns, separated by commas. They are what the cache
/// keeps and every format is written from.
/// </summary>
internal sealed class Rows : IDisposable
{
    private readonly PooledBuffer? buffer;
    private readonly byte[] kept = [];

    public Rows(PooledBuffer bytes, int count, QueryCost cost) => (buffer, Count, Cost) = (bytes, count, cost);

    /// <summary>Rows that stay after this is disposed of, such as those in the cache.</summary>
    public Rows(byte[] kept, int count, QueryCost cost) => (this.kept, Count, Cost) = (kept, count, cost);

    public ReadOnlySpan<byte> Bytes => buffer is null ? kept : buffer.Span;

    public int Count { get; }

    public QueryCost Cost { get; }

    public void Dispose() => buffer?.Dispose();
}
