using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Analytics.Api.Auth;

/// <summary>SHA-256 of a secret: what is stored instead of it, and a dictionary key that takes no allocation.</summary>
internal readonly record struct Sha256Hash(ulong A, ulong B, ulong C, ulong D)
{
    public static Sha256Hash Of(string secret)
    {
        Span<byte> text = stackalloc byte[Math.Min(Encoding.UTF8.GetMaxByteCount(secret.Length), 1024)];
        if (!Encoding.UTF8.TryGetBytes(secret, text, out var length))
            return From(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        return From(hash);
    }

    /// <summary>Hexadecimal, as the control store keeps it.</summary>
    public override string ToString() => $"{A:x16}{B:x16}{C:x16}{D:x16}";

    private static Sha256Hash From(ReadOnlySpan<byte> hash) => new(
        BinaryPrimitives.ReadUInt64BigEndian(hash),
        BinaryPrimitives.ReadUInt64BigEndian(hash[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(hash[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));
}
