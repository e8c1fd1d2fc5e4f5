using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Embedded.ClickHouse.Native;

/// <summary>One answer of the engine, in its memory until disposed.</summary>
internal sealed unsafe class Result : MemoryManager<byte>
{
    private nint handle;

    public Result(nint handle) => this.handle = handle;

    public nint Handle => handle;
    public int Length => handle == 0 ? 0 : checked((int)Chdb.ResultLength(handle));
    public override Memory<byte> Memory => CreateMemory(Length);

    public Statistics Statistics => handle == 0 ? default : new(
        Chdb.ResultReadRows(handle), Chdb.ResultReadBytes(handle), Chdb.ResultRows(handle), Chdb.ResultBytes(handle),
        Chdb.ResultWrittenRows(handle), Chdb.ResultWrittenBytes(handle));

    /// <summary>Takes ownership of a handle; an error in it is thrown and the handle freed.</summary>
    public static Result Take(nint handle)
    {
        if (handle == 0) throw new EngineException(1002, "UNKNOWN_EXCEPTION", "The engine returned no result");
        if (Chdb.ResultError(handle) is var error && (error is null || *error == 0)) return new Result(handle);

        var text = Text(error);
        Chdb.ResultDestroy(handle);
        throw EngineException.FromEngine(text);
    }

    public static string Text(byte* utf8) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(utf8));

    public override Span<byte> GetSpan() => handle == 0 ? [] : new Span<byte>(Chdb.ResultBuffer(handle), Length);

    // The engine's memory does not move.
    public override MemoryHandle Pin(int elementIndex = 0) => new(Chdb.ResultBuffer(handle) + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (handle == 0) return;

        Chdb.ResultDestroy(handle);
        handle = 0;
    }
}
