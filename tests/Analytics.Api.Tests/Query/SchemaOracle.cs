using System.Globalization;
using System.Text.Json;

namespace Analytics.Api.Tests.Query;

/// <summary>The description of events in memory: every list is sorted and counted as the documentation says, without SQL.</summary>
internal static class SchemaOracle
{
    /// <summary>The member <c>types</c>.</summary>
    public static JsonElement Types(IEnumerable<StoredEvent> events, int limit = 50)
    {
        var types = events.GroupBy(item => item.Type).OrderByDescending(type => type.Count()).ThenBy(type => type.Key, StringComparer.Ordinal).Take(limit).ToList();
        return JsonSerializer.SerializeToElement(types.Select(type =>
        {
            var sample = type.OrderByDescending(item => item.Time).ThenByDescending(item => item.Partition).ThenByDescending(item => item.Offset)
                .Take(Math.Clamp(5_000 / types.Count, 25, 500)).ToList();
            var properties = Summary(sample.Select(item => item.Leaves().Select(leaf => ("data." + leaf.Path, Plain(leaf.Leaf))))).ToList();
            var shown = properties.Take(Math.Clamp(5_000 / types.Count, 25, 200)).ToList();
            return new
            {
                type = type.Key,
                count = type.Count(),
                first = Text(type.Min(item => item.Time)),
                last = Text(type.Max(item => item.Time)),
                sampled = sample.Count,
                attributes = Summary(sample.Select(Attributes)).Select(found => new { name = found.Name, types = found.Types, share = found.Share, examples = found.Examples }),
                properties = shown.Select(found => new { field = found.Name, types = found.Types, share = found.Share, examples = found.Examples }),
                moreProperties = properties.Count - shown.Count,
            };
        }));
    }

    private static IEnumerable<(string Name, IEnumerable<string> Types, double Share, IEnumerable<object> Examples)> Summary(
        IEnumerable<IEnumerable<(string Name, (string Type, object Example) Value)>> events)
    {
        var all = events.Select(item => item.ToList()).ToList();
        return all.SelectMany(item => item).GroupBy(one => one.Name)
            .Select(found => (found.Key, Count: all.Count(item => item.Exists(one => one.Name == found.Key)), Values: found.Select(one => one.Value).ToList()))
            .OrderByDescending(found => found.Count).ThenBy(found => found.Key, StringComparer.Ordinal)
            .Select(found => (
                found.Key, found.Values.Select(value => value.Type).Distinct().Order(StringComparer.Ordinal).AsEnumerable(),
                Math.Round((double)found.Count / all.Count, 4), found.Values.Select(value => value.Example).Distinct().Take(3)));
    }

    private static IEnumerable<(string, (string, object))> Attributes(StoredEvent item) =>
        new[] { ("source", item.Source), ("subject", item.Subject), ("sessionid", item.SessionId), ("traceid", item.TraceId) }
            .Where(attribute => attribute.Item2.Length > 0).Select(attribute => (attribute.Item1, ("string", (object)attribute.Item2)));

    private static (string Type, object Example) Plain(JsonElement leaf) => leaf.ValueKind switch
    {
        JsonValueKind.Number => ("number", leaf.GetDouble()),
        JsonValueKind.True or JsonValueKind.False => ("boolean", leaf.GetBoolean()),
        JsonValueKind.Array => ("array", Cut(leaf.GetRawText())),
        _ => ("string", Cut(leaf.GetString()!)),
    };

    private static string Cut(string text) => text.Length <= 100 ? text : text[..(char.IsHighSurrogate(text[99]) ? 99 : 100)] + "…";

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
