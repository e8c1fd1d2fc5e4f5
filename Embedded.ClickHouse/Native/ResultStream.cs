namespace Embedded.ClickHouse.Native;

/// <summary>The blocks of one running SELECT.</summary>
internal sealed class ResultStream(nint connection, Result stream) : IDisposable
{
    private bool ended;

    /// <summary>The next block, or null at the end.</summary>
    public Result? Next()
    {
        if (ended) return null;

        try
        {
            var block = Result.Take(Chdb.StreamFetch(connection, stream.Handle));
            if (block.Length > 0) return block;

            ended = true;
            Last = block.Statistics;
            ((IDisposable)block).Dispose();
            return null;
        }
        catch
        {
            ended = true;
            throw;
        }
    }

    /// <summary>Statistics that came with the end of the stream.</summary>
    public Statistics Last { get; private set; }

    public void Dispose()
    {
        if (!ended) Chdb.StreamCancel(connection, stream.Handle);
        ended = true;
        ((IDisposable)stream).Dispose();
    }
}
