using System.Globalization;
using System.Text.Json;

namespace Analytics.Api.Tests.Query;

/// <summary>Paths answered as docs/query.md defines them: path by path, place by place.</summary>
internal static class PathsOracle
{
    public static List<object?[]> Rows(IReadOnlyList<StoredEvent> all, JsonElement query)
    {
        var field = Word(query, "field", "type");
        var paths = Sequences(all, query, field).Select(events => Path(events, query, field)).OfType<List<StoredEvent>>().ToList();
        var rows = new List<object?[]>();
        for (var step = 1; step <= Number(query, "depth", 5); step++)
            rows.AddRange(Step(paths.FindAll(path => path.Count >= step), step, query, field));
        return rows;
    }

    private static IEnumerable<List<StoredEvent>> Sequences(IReadOnlyList<StoredEvent> all, JsonElement query, string field)
    {
        var from = query.GetProperty("range").GetProperty("from").GetDateTimeOffset();
        var to = query.GetProperty("range").GetProperty("to").GetDateTimeOffset();
        var filters = FunnelOracle.Filters(query);
        bool IsStep(StoredEvent item) => Label(item, field) is not null && filters.TrueForAll(filter => Oracle.Passes(item, filter));
        return Word(query, "per", "session") == "session"
            ? SessionsOracle.Sessions(all, from, to, TimeSpan.FromMinutes(int.Parse(Word(query, "gap", "30m")[..^1], CultureInfo.InvariantCulture)), IsStep)
                .Where(session => !session.IsOutside).Select(session => session.Events)
            : all.Where(item => item.Time >= from && item.Time < to && item.Subject.Length > 0 && IsStep(item))
                .GroupBy(item => item.Subject).Select(subject => FunnelOracle.Sorted(subject).ToList());
    }

    /// <summary>The nodes, the one at the anchor first; null when there is no anchor.</summary>
    private static List<StoredEvent>? Path(List<StoredEvent> events, JsonElement query, string field)
    {
        var part = events;
        if (query.TryGetProperty("from", out var from))
            part = [.. events.SkipWhile(item => !FunnelOracle.Fits(item, from))];
        if (query.TryGetProperty("to", out var to))
            part = [.. events.Take(events.FindLastIndex(item => FunnelOracle.Fits(item, to)) + 1)];
        var nodes = new List<StoredEvent>();
        foreach (var item in part)
            if (nodes.Count == 0 || Word(query, "repeats", "collapse") == "keep" || Label(nodes[^1], field) != Label(item, field))
                nodes.Add(item);
        if (query.TryGetProperty("to", out _))
            nodes.Reverse();
        return nodes.Count == 0 ? null : nodes;
    }

    private static IEnumerable<object?[]> Step(List<List<StoredEvent>> paths, int step, JsonElement query, string field)
    {
        var back = query.TryGetProperty("to", out _);
        var (near, far) = (Most(paths, step - 1, query, field), Most(paths, step, query, field));
        return from path in paths
               let edge = (Near: Node.Of(path, step - 1, near, field), Far: Node.Of(path, step, far, field))
               group path by back ? (Source: edge.Far, Target: edge.Near) : (Source: edge.Near, Target: edge.Far) into same
               orderby same.Count() descending, same.Key.Source, same.Key.Target
               select (object?[])
               [
                   (double)step, same.Key.Source.Name, same.Key.Source.IsOther, same.Key.Target.Name, same.Key.Target.IsOther,
                   (double)same.Count(), (double)same.Count() / paths.Count,
                   (double)same.Select(path => path[step - 1].Subject).Where(subject => subject.Length > 0).Distinct().Count(),
                   Median(same.Where(path => path.Count > step).Select(path => (path[step].Time - path[step - 1].Time).Duration().TotalSeconds)),
               ];
    }

    private static HashSet<string> Most(List<List<StoredEvent>> paths, int place, JsonElement query, string field) =>
        [.. paths.Where(path => path.Count > place).GroupBy(path => Label(path[place], field)!)
            .OrderByDescending(node => node.Count()).ThenBy(node => node.Key, Comparer<string>.Create(Oracle.ByBytes))
            .Take(Number(query, "limit", 10)).Select(node => node.Key)];

    private static double? Median(IEnumerable<double> seconds)
    {
        var sorted = seconds.Order().ToList();
        return sorted.Count == 0 ? null : Oracle.Percentile(sorted, 0.5);
    }

    private static string? Label(StoredEvent item, string field) => Oracle.Text(Oracle.Value(item, field));

    private static string Word(JsonElement query, string member, string otherwise) => query.TryGetProperty(member, out var word) ? word.GetString()! : otherwise;

    private static int Number(JsonElement query, string member, int otherwise) => query.TryGetProperty(member, out var number) ? number.GetInt32() : otherwise;

    /// <summary>Sorts named ones first, then the others, then the end of a path, which has neither.</summary>
    private readonly record struct Node(string? Name, bool IsOther) : IComparable<Node>
    {
        public static Node Of(List<StoredEvent> path, int place, HashSet<string> most, string field) =>
            place >= path.Count ? new(null, false) : Label(path[place], field) is { } name && most.Contains(name) ? new(name, false) : new(null, true);

        public int CompareTo(Node other) => Name is not null && other.Name is not null ? Oracle.ByBytes(Name, other.Name) : Rank.CompareTo(other.Rank);

        private int Rank => Name is not null ? 0 : IsOther ? 1 : 2;
    }
}
