using System.Buffers;

namespace Embedded.ClickHouse.Native;

/// <summary>One running INSERT. What was appended is stored by <see cref="Done"/> only; disposing before it drops everything.</summary>
internal sealed unsafe class InsertStream : IDisposable
{
    private readonly nint handle;
    private bool finished;

    public InsertStream(nint handle)
    {
        if (handle == 0) throw new EngineException(1002, "UNKNOWN_EXCEPTION", "The engine returned no insert stream");

        this.handle = handle;
        try
        {
            ThrowIfFailed();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The engine takes a copy; the call waits while the engine is behind.</summary>
    public void Append(in ReadOnlySequence<byte> data)
    {
        foreach (var segment in data) Append(segment.Span);
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return;

        fixed (byte* p = data)
        {
            if (Chdb.InsertAppend(handle, p, (nuint)data.Length) == 0) return;
        }

        ThrowIfFailed();
        throw new EngineException(1002, "UNKNOWN_EXCEPTION", "The engine refused data of an INSERT without saying why");
    }

    public Statistics Done()
    {
        finished = true;
        using var result = Result.Take(Chdb.InsertDone(handle));
        return result.Statistics;
    }

    public void Dispose()
    {
        if (!finished) Chdb.InsertCancel(handle);
        finished = true;
        Chdb.InsertDestroy(handle);
    }

    private void ThrowIfFailed()
    {
        if (Chdb.InsertError(handle) is var error && error is not null && *error != 0)
            throw EngineException.FromEngine(Result.Text(error));
    }
}
