using System.Globalization;
using System.Text.Json;

namespace Analytics.Api.Tests.Query;

/// <summary>A funnel answered as docs/query.md defines it: subject by subject, attempt by attempt, event by event.</summary>
internal static class FunnelOracle
{
    public static List<object?[]> Rows(IReadOnlyList<StoredEvent> all, JsonElement query)
    {
        var groupBy = Strings(query, "groupBy");
        var steps = query.GetProperty("steps").EnumerateArray().ToList();
        var attempts = all.Where(item => item.Subject.Length > 0 && Filters(query).TrueForAll(filter => Oracle.Passes(item, filter)))
            .GroupBy(item => item.Subject).Select(subject => BestAttempt([.. Sorted(subject)], query, steps)).OfType<List<StoredEvent>>().ToList();
        List<(string?[] Key, List<List<StoredEvent>> Attempts)> groups = groupBy.Count == 0
            ? [([], attempts)]
            : [.. attempts.GroupBy(attempt => Oracle.Key(attempt[0], groupBy), Oracle.KeyComparer.Instance)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, Oracle.KeyComparer.Instance)
                .Take(query.GetProperty("limit").GetInt32()).Select(group => (group.Key, group.ToList()))];
        return [.. groups.SelectMany(group => steps.Select((step, i) => Row(group.Key, group.Attempts, step, i)))];
    }

    public static IOrderedEnumerable<StoredEvent> Sorted(IEnumerable<StoredEvent> events) =>
        events.OrderBy(item => item.Time).ThenBy(item => item.Partition).ThenBy(item => item.Offset);

    public static bool Fits(StoredEvent item, JsonElement pattern) =>
        (!pattern.TryGetProperty("type", out var type)
            || (type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Any(one => one.GetString() == item.Type) : type.GetString() == item.Type))
        && Filters(pattern).TrueForAll(filter => Oracle.Passes(item, filter));

    public static List<JsonElement> Filters(JsonElement owner) => owner.TryGetProperty("filters", out var filters) ? [.. filters.EnumerateArray()] : [];

    public static List<string> Strings(JsonElement query, string member) =>
        query.TryGetProperty(member, out var list) ? [.. list.EnumerateArray().Select(element => element.GetString()!)] : [];

    // The first of those that got furthest: MaxBy returns the first of equals.
    private static List<StoredEvent>? BestAttempt(List<StoredEvent> events, JsonElement query, List<JsonElement> steps)
    {
        var from = query.GetProperty("range").GetProperty("from").GetDateTimeOffset();
        var to = query.GetProperty("range").GetProperty("to").GetDateTimeOffset();
        var strict = query.TryGetProperty("order", out var order) && order.GetString() == "strict";
        var window = Window(query.GetProperty("window").GetString()!);
        return Enumerable.Range(0, events.Count)
            .Where(start => events[start].Time >= from && events[start].Time < to && Fits(events[start], steps[0]))
            .Select(start => Attempt(events, start, steps, strict, window))
            .MaxBy(attempt => attempt.Count);
    }

    private static List<StoredEvent> Attempt(List<StoredEvent> events, int start, List<JsonElement> steps, bool strict, TimeSpan window)
    {
        var attempt = new List<StoredEvent> { events[start] };
        var at = start;
        foreach (var step in steps.Skip(1))
        {
            var next = strict ? at + 1 : events.FindIndex(at + 1, item => Fits(item, step));
            if (next < 0 || next >= events.Count || !Fits(events[next], step) || events[next].Time - events[start].Time > window)
                break;
            attempt.Add(events[next]);
            at = next;
        }

        return attempt;
    }

    private static object?[] Row(string?[] key, List<List<StoredEvent>> attempts, JsonElement step, int i)
    {
        var here = attempts.Where(attempt => attempt.Count > i).ToList();
        var before = attempts.Count(attempt => attempt.Count > i - 1);
        var types = !step.TryGetProperty("type", out var type) ? "any event" : type.ValueKind == JsonValueKind.Array ? string.Join(", ", type.EnumerateArray()) : type.GetString();
        return
        [
            .. key, (double)(i + 1), step.TryGetProperty("as", out var name) ? name.GetString() : types, (double)here.Count,
            attempts.Count == 0 ? null : (double)here.Count / attempts.Count,
            i == 0 || before == 0 ? null : (double)here.Count / before,
            i == 0 ? null : Median(here.Select(attempt => attempt[i].Time - attempt[i - 1].Time)),
            i == 0 ? null : Median(here.Select(attempt => attempt[i].Time - attempt[0].Time)),
        ];
    }

    private static double? Median(IEnumerable<TimeSpan> spans)
    {
        var seconds = spans.Select(span => span.TotalSeconds).Order().ToList();
        return seconds.Count == 0 ? null : Oracle.Percentile(seconds, 0.5);
    }

    private static TimeSpan Window(string text)
    {
        var amount = int.Parse(text[..^1], CultureInfo.InvariantCulture);
        return text[^1] switch { 's' => TimeSpan.FromSeconds(amount), 'm' => TimeSpan.FromMinutes(amount), 'h' => TimeSpan.FromHours(amount), 'd' => TimeSpan.FromDays(amount), _ => TimeSpan.FromDays(7 * amount) };
    }
}
