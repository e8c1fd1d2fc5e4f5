using System.Buffers.Binary;
using Analytics.Api.Query.Language;
using Analytics.Contracts;

namespace Analytics.Api.Query;

/// <summary>A row of <see cref="EventListSql"/> in ClickHouse's RowBinary: texts are a length and bytes, numbers are little endian.</summary>
internal readonly ref struct EventRow
{
    public AnalyticsEvent Event { get; private init; }

    public long ReceivedUnixMs { get; private init; }

    public EventPosition Position { get; private init; }

    /// <summary>Takes the next row; false at the end, and at a row that the bytes end in.</summary>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> bytes, out EventRow row)
    {
        row = default;
        var rest = bytes;
        if (!TryText(ref rest, out var id) || !TryText(ref rest, out var type) || !TryText(ref rest, out var source)
            || !TryText(ref rest, out var subject) || !TryInt64(ref rest, out var time) || !TryText(ref rest, out var session)
            || !TryText(ref rest, out var trace) || !TryText(ref rest, out var data) || !TryText(ref rest, out var extensions)
            || !TryInt64(ref rest, out var received) || !TryUInt16(ref rest, out var partition) || !TryInt64(ref rest, out var offset))
            return false;

        bytes = rest;
        row = new EventRow
        {
            Event = new AnalyticsEvent
            {
                Id = id,
                Type = type,
                Source = source,
                Subject = subject,
                TimeUnixMs = time,
                SessionId = session,
                TraceId = trace,
                Data = data,
                Extensions = extensions,
            },
            ReceivedUnixMs = received,
            Position = new EventPosition(time, partition, offset),
        };
        return true;
    }

    // A length in groups of seven bits, lowest first, then the bytes.
    private static bool TryText(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        var length = 0;
        for (var (at, shift) = (0, 0); at < rest.Length; at++, shift += 7)
        {
            length |= (rest[at] & 0x7F) << shift;
            if (rest[at] >= 0x80)
                continue;
            if (rest.Length - at - 1 < length)
                return false;
            text = rest.Slice(at + 1, length);
            rest = rest[(at + 1 + length)..];
            return true;
        }

        return false;
    }

    private static bool TryInt64(scoped ref ReadOnlySpan<byte> rest, out long value)
    {
        if (!BinaryPrimitives.TryReadInt64LittleEndian(rest, out value))
            return false;
        rest = rest[8..];
        return true;
    }

    private static bool TryUInt16(scoped ref ReadOnlySpan<byte> rest, out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16LittleEndian(rest, out value))
            return false;
        rest = rest[2..];
        return true;
    }
}
