using System.Text.Json;

namespace Analytics.Api.Tests.Query;

/// <summary>Sessions, slowly and obviously: one event after the other is given to a session or begins one.</summary>
internal static class SessionsOracle
{
    internal sealed record Session(bool IsOutside, List<StoredEvent> Events);

    /// <summary>The sessions that begin in the range, with what belongs to them before its end.</summary>
    public static List<Session> Sessions(IReadOnlyList<StoredEvent> all, DateTimeOffset from, DateTimeOffset to, TimeSpan gap, Func<StoredEvent, bool> passes)
    {
        var sessions = new List<Session>();
        var byId = new Dictionary<string, Session>();
        var bySubject = new Dictionary<string, Session>();
        foreach (var item in all.Where(item => item.Time >= from - gap && item.Time < to && passes(item)).OrderBy(item => item.Time).ThenBy(item => item.Partition).ThenBy(item => item.Offset))
        {
            var (open, key) = item.SessionId.Length > 0 ? (byId, item.SessionId) : (bySubject, item.Subject);
            if (key.Length == 0)
                sessions.Add(new Session(true, [item]));
            else if (open.TryGetValue(key, out var session) && (open == byId || item.Time - session.Events[^1].Time <= gap))
                session.Events.Add(item);
            else
                sessions.Add(open[key] = new Session(false, [item]));
        }

        return sessions.FindAll(session => session.Events[0].Time >= from);
    }

    public static List<object?[]> Answer(IReadOnlyList<StoredEvent> all, JsonElement query)
    {
        var from = query.GetProperty("range").GetProperty("from").GetDateTimeOffset();
        var to = query.GetProperty("range").GetProperty("to").GetDateTimeOffset();
        var filters = query.GetProperty("filters").EnumerateArray().ToList();
        var fields = query.GetProperty("groupBy").EnumerateArray().Select(field => field.GetString()!).ToList();
        var gap = query.TryGetProperty("gap", out var given) ? TimeSpan.FromMinutes(int.Parse(given.GetString()![..^1])) : TimeSpan.FromMinutes(30);
        var sessions = Sessions(all, from, to, gap, item => filters.TrueForAll(filter => Oracle.Passes(item, filter)));

        List<string?[]> groups = fields.Count == 0
            ? [[]]
            : [.. sessions.GroupBy(session => Oracle.Key(session.Events[0], fields), Oracle.KeyComparer.Instance)
                .OrderByDescending(group => group.Count(session => !session.IsOutside)).ThenBy(group => group.Key, Oracle.KeyComparer.Instance)
                .Take(query.GetProperty("limit").GetInt32()).Select(group => group.Key)];
        var inGroup = groups.ToDictionary(
            group => group, group => sessions.FindAll(session => fields.Count == 0 || Oracle.KeyComparer.Instance.Equals(Oracle.Key(session.Events[0], fields), group)), Oracle.KeyComparer.Instance);
        if (!query.TryGetProperty("interval", out var word))
            return [.. groups.Select(group => (object?[])[.. group, .. Measures(inGroup[group])])];

        var zone = TimeZoneInfo.FindSystemTimeZoneById(query.GetProperty("timezone").GetString()!);
        var interval = word.GetString()!;
        return [.. Oracle.Buckets(from, to, interval, zone).SelectMany(bucket => groups.Select(group => (object?[])
            [bucket.Label, .. group, .. Measures(inGroup[group].FindAll(session => Oracle.BucketKey(session.Events[0].Time, interval, zone) == bucket.Key))]))];
    }

    private static object?[] Measures(List<Session> all)
    {
        var sessions = all.FindAll(session => !session.IsOutside);
        var outside = (double)(all.Count - sessions.Count);
        var lengths = sessions.Select(session => (session.Events[^1].Time - session.Events[0].Time).TotalSeconds).Order().ToList();
        return sessions.Count == 0
            ? [0.0, null, null, null, null, outside]
            : [
                (double)sessions.Count, Oracle.Percentile(lengths, 0.5), Oracle.Percentile(lengths, 0.9),
                sessions.Average(session => session.Events.Count), sessions.Count(session => session.Events.Count == 1) / (double)sessions.Count, outside,
            ];
    }
}
