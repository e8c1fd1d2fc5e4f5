using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Embedded.Kafka.Protocol;

/// <summary>Builds one response frame in a pooled buffer. The one who sends it disposes it.</summary>
internal sealed class ResponseWriter : IDisposable
{
    private byte[] _buffer;
    private int _length;

    public ResponseWriter(int correlationId, int sizeHint = 256)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, 64));
        _length = 4;
        Int32(correlationId);
    }

    /// <summary>Bytes of a memory budget that this response holds until it is sent.</summary>
    public Network.ByteBudget.Lease Lease { get; set; }

    public int Length => _length;

    public void Bool(bool value) => Grow(1)[0] = value ? (byte)1 : (byte)0;

    public void Byte(byte value) => Grow(1)[0] = value;

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Grow(2), value);

    public void Error(KafkaError value) => Int16((short)value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Grow(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Grow(8), value);

    /// <summary>The throttle time, always 0, in the versions that have it.</summary>
    public void Throttle(bool present = true)
    {
        if (present) Int32(0);
    }

    public void String(string? value)
    {
        if (value is null)
        {
            Int16(-1);
            return;
        }
        var bytes = Encoding.UTF8.GetByteCount(value);
        if (bytes > short.MaxValue) throw new MalformedRequestException("a string is too long for the answer");
        Int16((short)bytes);
        Encoding.UTF8.GetBytes(value, Grow(bytes));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        value.CopyTo(Grow(value.Length));
    }

    /// <summary>Room for <paramref name="count"/> bytes at the end; the caller may give some back with <see cref="Shorten"/>.</summary>
    public Memory<byte> Reserve(int count)
    {
        Grow(count);
        return _buffer.AsMemory(_length - count, count);
    }

    public void Shorten(int count) => _length -= count;

    public void SetInt32At(int position, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(position), value);

    public void SetErrorAt(int position, KafkaError error) => BinaryPrimitives.WriteInt16BigEndian(_buffer.AsSpan(position), (short)error);

    /// <summary>The complete frame with its size in front.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer, _length - 4);
        return _buffer.AsMemory(0, _length);
    }

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        Lease.Dispose();
        Lease = default;
    }

    private Span<byte> Grow(int count)
    {
        var needed = checked(_length + count);
        if (needed > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(Array.MaxLength, _buffer.Length * 2L)));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        var span = _buffer.AsSpan(_length, count);
        _length = needed;
        return span;
    }
}
