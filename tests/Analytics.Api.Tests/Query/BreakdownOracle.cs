using System.Text.Json;

namespace Analytics.Api.Tests.Query;

/// <summary>Breakdowns, slowly and obviously: groups and the rest are lists of events that are measured one by one.</summary>
internal static class BreakdownOracle
{
    public static List<object?[]> Answer(IReadOnlyList<StoredEvent> all, JsonElement query)
    {
        var from = query.GetProperty("range").GetProperty("from").GetDateTimeOffset();
        var to = query.GetProperty("range").GetProperty("to").GetDateTimeOffset();
        var fields = query.GetProperty("groupBy").EnumerateArray().Select(field => field.GetString()!).ToList();
        var measures = query.GetProperty("measures").EnumerateArray().ToList();
        var filters = query.GetProperty("filters").EnumerateArray().ToList();
        var other = query.GetProperty("other").GetBoolean();
        var events = all.Where(item => item.Time >= from && item.Time < to && filters.TrueForAll(filter => Oracle.Passes(item, filter))).ToList();

        var groups = events.GroupBy(item => Oracle.Key(item, fields), Oracle.KeyComparer.Instance)
            .OrderBy(group => Oracle.Measure([.. group], measures[0]) is null)
            .ThenByDescending(group => Oracle.Measure([.. group], measures[0]))
            .ThenBy(group => group.Key, Oracle.KeyComparer.Instance)
            .Take(query.GetProperty("limit").GetInt32()).ToList();
        var rows = groups.Select(group => Row(group.Key, false, [.. group])).ToList();
        var rest = events.Except(groups.SelectMany(group => group)).ToList();
        if (other && rest.Count > 0)
            rows.Add(Row(new string?[fields.Count], true, rest));
        return rows;

        object?[] Row(string?[] key, bool isOther, List<StoredEvent> members) =>
            [.. key, .. other ? [isOther] : Array.Empty<object?>(), .. measures.Select(measure => (object?)Oracle.Measure(members, measure))];
    }
}
