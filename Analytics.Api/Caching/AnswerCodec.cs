using System.Security.Cryptography;
using System.Text;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Caching;

/// <summary>
/// An answer as bytes for Redis. The check sum covers the key too: what is garbage, was cut off, or belongs to another tenant, question or
/// version of this format is no answer.
/// </summary>
internal static class AnswerCodec
{
    /// <summary>Raise it when the layout, or the meaning of an answer's rows, changes.</summary>
    public const byte Version = 1;

    private const int CheckBytes = 16;

    public static byte[] Write(CacheKey key, CachedAnswer answer)
    {
        using var memory = new MemoryStream(answer.Rows.Length + (answer.Pieces.Length * 40) + 160);
        using (var writer = new BinaryWriter(memory, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Version);
            Write(writer, answer.Range);
            Write(writer, answer.Touched);
            Write(writer, answer.Version);
            writer.Write(answer.Count);
            writer.Write(answer.Source);
            writer.Write(answer.ComputedUnixMs);
            writer.Write(answer.Took.Ticks);
            writer.Write(answer.Rows.Length);
            writer.Write(answer.Rows);
            writer.Write(answer.Pieces.Length);
            foreach (var piece in answer.Pieces)
            {
                Write(writer, piece.Range);
                Write(writer, piece.Version);
                writer.Write(piece.Start);
                writer.Write(piece.Length);
            }
        }

        memory.Write(Check(key, memory.GetBuffer().AsSpan(0, (int)memory.Length)));
        return memory.ToArray();
    }

    /// <summary>Null when these bytes are not an answer to that question.</summary>
    public static CachedAnswer? Read(CacheKey key, byte[] bytes)
    {
        var end = bytes.Length - CheckBytes;
        if (end <= 0 || bytes[0] != Version || !CryptographicOperations.FixedTimeEquals(Check(key, bytes.AsSpan(0, end)), bytes.AsSpan(end)))
            return null;

        using var reader = new BinaryReader(new MemoryStream(bytes, 1, end - 1), Encoding.UTF8);
        var (range, touched, version) = (ReadRange(reader), ReadRange(reader), ReadVersion(reader));
        var (count, source, computed, took) = (reader.ReadInt32(), reader.ReadString(), reader.ReadInt64(), TimeSpan.FromTicks(reader.ReadInt64()));
        var rows = reader.ReadBytes(reader.ReadInt32());
        var pieces = new Piece[reader.ReadInt32()];
        for (var i = 0; i < pieces.Length; i++)
            pieces[i] = new Piece(ReadRange(reader), ReadVersion(reader), reader.ReadInt32(), reader.ReadInt32());
        return new CachedAnswer(range, touched, version, rows, count, source, computed, took) { Pieces = pieces };
    }

    private static void Write(BinaryWriter writer, ResolvedRange range)
    {
        writer.Write(range.From.ToUnixTimeTicks());
        writer.Write(range.To.ToUnixTimeTicks());
    }

    private static void Write(BinaryWriter writer, DataVersion version)
    {
        writer.Write(version.Events);
        writer.Write(version.Fingerprint);
    }

    private static ResolvedRange ReadRange(BinaryReader reader) =>
        new(Instant.FromUnixTimeTicks(reader.ReadInt64()), Instant.FromUnixTimeTicks(reader.ReadInt64()));

    private static DataVersion ReadVersion(BinaryReader reader) => new(reader.ReadInt64(), reader.ReadUInt64());

    private static byte[] Check(CacheKey key, ReadOnlySpan<byte> payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(key.Tenant));
        hash.AppendData([0]);
        hash.AppendData(Encoding.UTF8.GetBytes(key.Canonical));
        hash.AppendData([0]);
        hash.AppendData(payload);
        return hash.GetHashAndReset()[..CheckBytes];
    }
}
