using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Hashing;
using System.Text;

namespace Analytics.Api.Live;

/// <summary>
/// A place on the log: of each partition the offset that comes next. Written as the id of an event it says what a reader has seen, whichever
/// process sent it: one partition's offset would not, since a reader sees all partitions interleaved.
/// </summary>
/// <remarks>The check sum binds it to the tenant. It needs no secret: whoever forges one sees other events of his own tenant.</remarks>
internal readonly record struct LivePosition(long[] Next)
{
    private const byte Version = 1;
    private const int CheckBytes = 8;
    private const int MostPartitions = 1_024;

    public LivePosition Copy() => new([.. Next]);

    public string Write(string tenant)
    {
        Span<byte> bytes = stackalloc byte[1 + CheckBytes + (Next.Length * 10)];
        bytes[0] = Version;
        var length = 1;
        foreach (var offset in Next)
            length += WriteVarInt(bytes[length..], offset);
        Check(bytes[..length], tenant, bytes[length..]);
        return Base64Url.EncodeToString(bytes[..(length + CheckBytes)]);
    }

    public static bool TryRead(string text, string tenant, out LivePosition position)
    {
        position = default;
        if (text.Length > MostPartitions * 14 || !Base64Url.IsValid(text))
            return false;

        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length <= CheckBytes || bytes[0] != Version)
            return false;
        Span<byte> check = stackalloc byte[CheckBytes];
        Check(bytes[..^CheckBytes], tenant, check);
        if (!check.SequenceEqual(bytes[^CheckBytes..]))
            return false;

        var next = new List<long>();
        for (var rest = bytes[1..^CheckBytes]; !rest.IsEmpty;)
            next.Add(ReadVarInt(ref rest));
        position = new LivePosition([.. next]);
        return true;
    }

    private static int WriteVarInt(Span<byte> bytes, long value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
            bytes[at++] = (byte)(value | 0x80);
        bytes[at++] = (byte)value;
        return at;
    }

    private static long ReadVarInt(ref ReadOnlySpan<byte> rest)
    {
        var value = 0L;
        for (var shift = 0; !rest.IsEmpty && shift < 63; shift += 7)
        {
            var part = rest[0];
            rest = rest[1..];
            value |= (long)(part & 0x7F) << shift;
            if (part < 0x80)
                break;
        }

        return value;
    }

    private static void Check(ReadOnlySpan<byte> payload, string tenant, Span<byte> check)
    {
        var hash = new XxHash3();
        hash.Append(payload);
        hash.Append(Encoding.UTF8.GetBytes(tenant));
        BinaryPrimitives.WriteUInt64BigEndian(check, hash.GetCurrentHashAsUInt64());
    }
}
