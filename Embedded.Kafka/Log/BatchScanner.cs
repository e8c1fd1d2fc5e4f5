using System.Buffers;

namespace Embedded.Kafka.Log;

/// <summary>Walks the batches of a segment file from a position on, reading in chunks.</summary>
internal sealed class BatchScanner(Segment segment, int position, int end) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int _bufferAt;
    private int _buffered;

    /// <summary>Where the current batch starts.</summary>
    public int Position { get; private set; }

    public RecordBatch Current { get; private set; }

    /// <summary>Moves to the next batch by its header alone.</summary>
    public bool MoveNext()
    {
        var next = Current.Size == 0 ? position : Position + Current.Size;
        if (next + RecordBatch.HeaderSize > end) return false;
        var header = Read(next, RecordBatch.HeaderSize);
        var size = RecordBatch.SizeOf(header);
        if (size < 0 || size > end - next) return false;
        Position = next;
        Current = RecordBatch.Read(header);
        return true;
    }

    /// <summary>The complete bytes of the current batch.</summary>
    public ReadOnlySpan<byte> CurrentBytes() => Read(Position, Current.Size);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private ReadOnlySpan<byte> Read(int from, int count)
    {
        if (from < _bufferAt || from + count > _bufferAt + _buffered) Fill(from, count);
        return _buffer.AsSpan(from - _bufferAt, Math.Min(count, _buffered - (from - _bufferAt)));
    }

    private void Fill(int from, int count)
    {
        if (count > _buffer.Length)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(count);
        }
        _bufferAt = from;
        _buffered = 0;
        var wanted = Math.Min(_buffer.Length, end - from);
        while (_buffered < wanted)
        {
            var read = RandomAccess.Read(segment.Handle, _buffer.AsSpan(_buffered, wanted - _buffered), from + _buffered);
            if (read == 0) break;
            _buffered += read;
        }
    }
}
