using System.Globalization;

namespace TestKit;

/// <summary>An event as a client would post it.</summary>
public sealed record TestEvent(
    string Id, string Type, string Source, string Subject, DateTimeOffset Time, string SessionId, string Data)
{
    /// <summary>As one line of NDJSON, CloudEvents structured mode.</summary>
    public string ToJson() => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"specversion":"1.0","id":"{{Id}}","type":"{{Type}}","source":"{{Source}}","subject":"{{Subject}}","time":"{{Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}}","sessionid":"{{SessionId}}","data":{{Data}}}""");
}
