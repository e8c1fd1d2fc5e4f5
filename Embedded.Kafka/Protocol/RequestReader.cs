using System.Buffers.Binary;
using System.Text;

namespace Embedded.Kafka.Protocol;

/// <summary>Reads the big-endian wire types of non-flexible requests. Every length is checked against what is really there.</summary>
internal ref struct RequestReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Index of the next byte.</summary>
    public int Position { get; private set; }

    public readonly int Remaining => _data.Length - Position;

    public byte Byte() => Take(1)[0];

    public bool Bool() => Take(1)[0] != 0;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public string String() => NullableString() ?? throw new MalformedRequestException("a string is null where it must not be");

    public string? NullableString()
    {
        int length = Int16();
        if (length < -1) throw new MalformedRequestException($"string length {length}");
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    public byte[] Bytes()
    {
        var length = Int32();
        if (length < -1) throw new MalformedRequestException($"byte array length {length}");
        return length <= 0 ? [] : Take(length).ToArray();
    }

    /// <summary>Skips a byte array and tells where it lies; a null array has length 0.</summary>
    public (int Start, int Length) BytesRange()
    {
        var length = Int32();
        if (length < -1) throw new MalformedRequestException($"byte array length {length}");
        if (length < 0) length = 0;
        var start = Position;
        Take(length);
        return (start, length);
    }

    /// <summary>Reads an array's count; null counts as empty. A count that the rest of the request cannot hold is refused before anything is allocated.</summary>
    public int Count(int smallestElement) => Math.Max(0, NullableCount(smallestElement));

    /// <summary>Like <see cref="Count"/>, but a null array gives -1.</summary>
    public int NullableCount(int smallestElement)
    {
        var count = Int32();
        if (count < -1 || (long)count * smallestElement > Remaining)
            throw new MalformedRequestException($"an array of {count} elements in {Remaining} bytes");
        return count;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining) throw new MalformedRequestException($"{count} bytes expected, {Remaining} left");
        var span = _data.Slice(Position, count);
        Position += count;
        return span;
    }
}
