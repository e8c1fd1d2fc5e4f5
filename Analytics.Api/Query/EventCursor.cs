using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Query;

/// <summary>
/// Where the next page begins, and the range of the first one, so that <c>last</c> does not move while somebody turns pages. Later events do
/// not shift it, since it names a place in the order and not a count.
/// </summary>
/// <remarks>
/// The check sum binds it to tenant and question: a cursor that was changed, or belongs to another question, is refused. It needs no
/// secret: a forged one could name another place in the caller's own events, which the caller may read anyway.
/// </remarks>
internal readonly record struct EventCursor(EventPosition Position, ResolvedRange? Range)
{
    private const byte Version = 1;
    private const int PayloadBytes = 1 + 8 + 4 + 8 + 8 + 8;
    private const int CheckBytes = 12;
    private const long NoBound = long.MinValue;

    public string Write(string question)
    {
        Span<byte> bytes = stackalloc byte[PayloadBytes + CheckBytes];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], Position.TimeUnixMs);
        BinaryPrimitives.WriteInt32BigEndian(bytes[9..], Position.Partition);
        BinaryPrimitives.WriteInt64BigEndian(bytes[13..], Position.Offset);
        BinaryPrimitives.WriteInt64BigEndian(bytes[21..], Range?.FromMs ?? NoBound);
        BinaryPrimitives.WriteInt64BigEndian(bytes[29..], Range?.ToMs ?? NoBound);
        Check(bytes[..PayloadBytes], question, bytes[PayloadBytes..]);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryRead(string text, string question, out EventCursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[PayloadBytes + CheckBytes];
        Span<byte> check = stackalloc byte[CheckBytes];
        if (text.Length != Base64Url.GetEncodedLength(bytes.Length) || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != bytes.Length || bytes[0] != Version)
            return false;

        Check(bytes[..PayloadBytes], question, check);
        if (!check.SequenceEqual(bytes[PayloadBytes..]))
            return false;

        var position = new EventPosition(
            BinaryPrimitives.ReadInt64BigEndian(bytes[1..]), BinaryPrimitives.ReadInt32BigEndian(bytes[9..]), BinaryPrimitives.ReadInt64BigEndian(bytes[13..]));
        var (from, to) = (BinaryPrimitives.ReadInt64BigEndian(bytes[21..]), BinaryPrimitives.ReadInt64BigEndian(bytes[29..]));
        cursor = new EventCursor(position, from == NoBound
            ? null
            : new ResolvedRange(Instant.FromUnixTimeMilliseconds(from), Instant.FromUnixTimeMilliseconds(to)));
        return true;
    }

    private static void Check(ReadOnlySpan<byte> payload, string question, Span<byte> check)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(payload);
        hash.AppendData(Encoding.UTF8.GetBytes(question));
        Span<byte> full = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(full);
        full[..CheckBytes].CopyTo(check);
    }
}
