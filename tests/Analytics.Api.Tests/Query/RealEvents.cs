using System.Text.Json;
using TestKit;

namespace Analytics.Api.Tests.Query;

/// <summary>The real file as stored events.</summary>
internal static class RealEvents
{
    /// <summary>13 years of commits of an open source project; each line's place in the file is its offset.</summary>
    public static IReadOnlyList<StoredEvent> Serilog() => [.. Read("serilog.ndjson.gz")];

    private static IEnumerable<StoredEvent> Read(string file)
    {
        var offset = 0L;
        foreach (var line in Events.ReadFile(file))
        {
            var json = JsonElement.Parse(line);
            string Of(string name) => json.TryGetProperty(name, out var value) ? value.GetString()! : "";
            yield return new StoredEvent(
                Of("id"), Of("type"), json.GetProperty("time").GetDateTimeOffset(), Of("subject"), json.GetProperty("data").GetRawText(), Of("source"), Of("sessionid"), Offset: offset++);
        }
    }
}
