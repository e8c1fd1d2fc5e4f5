namespace Analytics.Api.Query;

/// <summary>
/// The complete rows of an answer as JSON: each an array as wide as the answer's columns, separated by commas. They are what the cache
/// keeps and every format is written from.
/// </summary>
internal sealed class Rows(PooledBuffer bytes, int count, QueryCost cost) : IDisposable
{
    public ReadOnlySpan<byte> Bytes => bytes.Span;

    public int Count => count;

    public QueryCost Cost => cost;

    public void Dispose() => bytes.Dispose();
}
