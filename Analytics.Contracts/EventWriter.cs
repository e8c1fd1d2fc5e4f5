using System.Buffers;

namespace Analytics.Contracts;

/// <summary>
/// Writes events in their canonical form: CloudEvents structured JSON with the attributes in a fixed order, <c>time</c>
/// always present. The record value on Kafka; <see cref="EventReader"/> reads back exactly what was written.
/// </summary>
public static class EventWriter
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create("\"\\"u8);

    /// <summary>The event as one array of exactly its size, with <paramref name="id"/> in place of its own.</summary>
    public static byte[] ToArray(in AnalyticsEvent item, ReadOnlySpan<byte> id)
    {
        var json = GC.AllocateUninitializedArray<byte>(LengthOf(item, id));
        Fill(json, item, id);
        return json;
    }

    /// <summary>Appends the event.</summary>
    public static void Write(IBufferWriter<byte> output, in AnalyticsEvent item)
    {
        ArgumentNullException.ThrowIfNull(output);
        var length = LengthOf(item, item.Id);
        Fill(output.GetSpan(length)[..length], item, item.Id);
        output.Advance(length);
    }

    /// <summary>Appends the event that <paramref name="reader"/> has read.</summary>
    public static void Write(IBufferWriter<byte> output, EventReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Write(output, reader.Current);
    }

    private static int LengthOf(in AnalyticsEvent item, ReadOnlySpan<byte> id) =>
        Start.Length + EscapedLength(id)
        + Type.Length + item.Type.Length
        + Source.Length + (item.Source.IsEmpty ? 1 : EscapedLength(item.Source))
        + Optional(Subject, item.Subject)
        + Time.Length + Rfc3339.FormattedLength
        + Optional(SessionId, item.SessionId)
        + Optional(TraceId, item.TraceId)
        + 1 // the closing quote of the last attribute
        + (item.Extensions.Length > 2 ? item.Extensions.Length - 1 : 0)
        + (item.Data.IsEmpty ? 0 : Data.Length + item.Data.Length)
        + 1;

    // Each attribute begins by closing the quote of the one before.
    private static ReadOnlySpan<byte> Start => "{\"specversion\":\"1.0\",\"id\":\""u8;
    private static ReadOnlySpan<byte> Type => "\",\"type\":\""u8;
    private static ReadOnlySpan<byte> Source => "\",\"source\":\""u8;
    private static ReadOnlySpan<byte> Subject => "\",\"subject\":\""u8;
    private static ReadOnlySpan<byte> Time => "\",\"time\":\""u8;
    private static ReadOnlySpan<byte> SessionId => "\",\"sessionid\":\""u8;
    private static ReadOnlySpan<byte> TraceId => "\",\"traceid\":\""u8;
    private static ReadOnlySpan<byte> Data => ",\"data\":"u8;

    private static void Fill(Span<byte> json, in AnalyticsEvent item, ReadOnlySpan<byte> id)
    {
        var rest = json;
        Put(ref rest, Start);
        PutEscaped(ref rest, id);
        Put(ref rest, Type);
        Put(ref rest, item.Type);
        Put(ref rest, Source);
        PutEscaped(ref rest, item.Source.IsEmpty ? "/"u8 : item.Source);
        PutOptional(ref rest, Subject, item.Subject);
        Put(ref rest, Time);
        Rfc3339.Format(item.TimeUnixMs, rest[..Rfc3339.FormattedLength]);
        rest = rest[Rfc3339.FormattedLength..];
        PutOptional(ref rest, SessionId, item.SessionId);
        PutOptional(ref rest, TraceId, item.TraceId);
        Put(ref rest, "\""u8);
        if (item.Extensions.Length > 2)
        {
            Put(ref rest, ","u8);
            Put(ref rest, item.Extensions[1..^1]);
        }

        if (!item.Data.IsEmpty)
        {
            Put(ref rest, Data);
            Put(ref rest, item.Data);
        }

        Put(ref rest, "}"u8);
    }

    private static int Optional(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => value.IsEmpty ? 0 : name.Length + EscapedLength(value);

    private static void PutOptional(ref Span<byte> rest, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return;
        Put(ref rest, name);
        PutEscaped(ref rest, value);
    }

    // Attributes have no control characters, so quote and backslash are all there is to escape.
    private static int EscapedLength(ReadOnlySpan<byte> text) => text.Length + text.Count((byte)'"') + text.Count((byte)'\\');

    private static void PutEscaped(ref Span<byte> rest, ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOfAny(Escaped); at >= 0; at = text.IndexOfAny(Escaped))
        {
            Put(ref rest, text[..at]);
            rest[0] = (byte)'\\';
            rest[1] = text[at];
            rest = rest[2..];
            text = text[(at + 1)..];
        }

        Put(ref rest, text);
    }

    private static void Put(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }
}
