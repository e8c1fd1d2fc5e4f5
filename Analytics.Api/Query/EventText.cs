using System.Buffers;
using System.Globalization;
using System.Text.Unicode;
using Analytics.Contracts;

namespace Analytics.Api.Query;

/// <summary>An event as every route shows it: its CloudEvents JSON, data and extensions as posted, then <c>received</c>, which is ours.</summary>
internal static class EventText
{
    public static void Write(IBufferWriter<byte> output, in AnalyticsEvent item, long receivedUnixMs)
    {
        WriteOpen(output, item, receivedUnixMs, oneLine: false);
        output.Write("}"u8);
    }

    /// <summary>The same without line breaks: within <c>data</c> they can only stand between tokens, and become spaces.</summary>
    public static void WriteLine(IBufferWriter<byte> output, in AnalyticsEvent item, long receivedUnixMs)
    {
        WriteOpen(output, item, receivedUnixMs, oneLine: true);
        output.Write("}"u8);
    }

    /// <summary>A line of an export: it ends with the event's place on the log and a line feed.</summary>
    public static void WriteLine(IBufferWriter<byte> output, in AnalyticsEvent item, long receivedUnixMs, int partition, long offset)
    {
        WriteOpen(output, item, receivedUnixMs, oneLine: true);
        Utf8.TryWrite(output.GetSpan(64), CultureInfo.InvariantCulture, $",\"position\":\"{partition}-{offset}\"}}\n", out var length);
        output.Advance(length);
    }

    private static void WriteOpen(IBufferWriter<byte> output, in AnalyticsEvent item, long receivedUnixMs, bool oneLine)
    {
        Span<byte> received = stackalloc byte[Rfc3339.FormattedLength];
        Rfc3339.Format(receivedUnixMs, received);
        var json = EventWriter.ToArray(item, item.Id);
        if (oneLine && json.AsSpan().ContainsAny((byte)'\n', (byte)'\r'))
        {
            json.AsSpan().Replace((byte)'\n', (byte)' ');
            json.AsSpan().Replace((byte)'\r', (byte)' ');
        }

        output.Write(json.AsSpan(0, json.Length - 1));
        output.Write(",\"received\":\""u8);
        output.Write(received);
        output.Write("\""u8);
    }
}
