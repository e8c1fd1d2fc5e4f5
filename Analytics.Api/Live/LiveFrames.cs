using System.Buffers;
using System.Globalization;
using System.Text;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Live;

/// <summary>The pieces of the stream, in the form of Server-Sent Events.</summary>
internal static class LiveFrames
{
    public static ReadOnlySpan<byte> Heartbeat => ":\n\n"u8;

    public static byte[] Greeting(TimeSpan retry) =>
        Ascii($": live\nretry: {retry.TotalMilliseconds:0}\n\n");

    /// <summary>An event as <c>GET /api/v1/events</c> shows it, in one line.</summary>
    public static byte[] Event(EventInMemory item, string id)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        buffer.Write("event: event\nid: "u8);
        buffer.Write(Encoding.ASCII.GetBytes(id));
        buffer.Write("\ndata: "u8);
        EventText.WriteLine(buffer, item.Event, item.ReceivedUnixMs);
        buffer.Write("\n\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What the reader missed for being slow.</summary>
    public static byte[] Dropped(long events) => Ascii($"event: dropped\ndata: {{\"events\":{events},\"reason\":\"slow\"}}\n\n");

    /// <summary>What he missed by coming back too late: nobody counted it.</summary>
    public static byte[] Expired() => Ascii($"event: dropped\ndata: {{\"events\":null,\"reason\":\"expired\"}}\n\n");

    public static byte[] Bye(string reason) => Ascii($"event: bye\ndata: {{\"reason\":\"{reason}\"}}\n\n");

    private static byte[] Ascii(FormattableString text) => Encoding.ASCII.GetBytes(text.ToString(CultureInfo.InvariantCulture));
}
