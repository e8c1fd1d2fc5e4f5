using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ingestion.Worker.Dedup;

/// <summary>
/// Hashes the fields that identify a record to 128 bits. The seed is drawn per process, so that nobody can prepare an id
/// that collides with somebody else's. With 8 million remembered ids a chance collision has a probability below 1e-31.
/// </summary>
internal sealed class Identity
{
    private readonly long seed = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));
    private byte[] scratch = new byte[1024];

    /// <summary>The fields are prefixed by their lengths, so that no two different lists give the same bytes. Not thread-safe.</summary>
    public UInt128 Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        var needed = first.Length + second.Length + third.Length + (3 * sizeof(int));
        if (scratch.Length < needed)
        {
            scratch = new byte[needed * 2];
        }

        var used = Put(0, first);
        used = Put(used, second);
        used = Put(used, third);
        return XxHash128.HashToUInt128(scratch.AsSpan(0, used), seed);
    }

    /// <summary>A hasher with the same seed for another thread.</summary>
    public Identity Fork() => new(seed);

    public Identity()
    {
    }

    private Identity(long seed) => this.seed = seed;

    private int Put(int at, ReadOnlySpan<byte> field)
    {
        MemoryMarshal.Write(scratch.AsSpan(at), field.Length);
        field.CopyTo(scratch.AsSpan(at + sizeof(int)));
        return at + sizeof(int) + field.Length;
    }
}
