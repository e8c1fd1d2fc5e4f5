using Analytics.Contracts.Schema;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Counts and unique subjects per type, from the sums kept per hour and day; what is left of the range at its two ends, less than an hour
/// each, from the events. Exact: subjects are kept as the very states that <c>uniqExact</c> makes of events.
/// </summary>
internal sealed record Rollup : Source
{
    private const long Hour = 3_600;
    private const long Day = 86_400;

    private readonly ResolvedRange _range;
    private readonly (long From, long To) _hours;
    private readonly (long From, long To) _days;

    private Rollup(ResolvedRange range, (long From, long To) hours, (long From, long To) days)
        : base("rollup", Tables.Rollups) => (_range, _hours, _days) = (range, hours, days);

    /// <summary>The cheapest source that can answer.</summary>
    /// <param name="cuts">Where buckets begin, in seconds since 1970: each must fall between two sums.</param>
    public static Source OrRaw(
        ResolvedRange range, IReadOnlyList<long> cuts, IReadOnlyList<Measure> measures, IReadOnlyList<Filter> filters, IReadOnlyList<Field> groups)
    {
        var hours = Whole(range.FromMs, range.ToMs, Hour);
        if (hours.From >= hours.To || !cuts.All(cut => cut % Hour == 0)
            || !measures.All(Keeps) || !filters.All(filter => IsType(filter.Field)) || !groups.All(IsType))
            return Raw;

        var days = Whole(range.FromMs, range.ToMs, Day);
        var betweenDays = days.From < days.To && cuts.All(cut => cut <= days.From || cut >= days.To || cut % Day == 0);
        return new Rollup(range, hours, betweenDays ? days : (hours.To, hours.To));
    }

    /// <summary>The same for two ranges that are answered together: one source for both.</summary>
    public static (Source Source, Source Before) OrRaw(
        (ResolvedRange Range, IReadOnlyList<long> Cuts) range, (ResolvedRange Range, IReadOnlyList<long> Cuts) before,
        IReadOnlyList<Measure> measures, IReadOnlyList<Filter> filters, IReadOnlyList<Field> groups)
    {
        var sources = (OrRaw(range.Range, range.Cuts, measures, filters, groups), OrRaw(before.Range, before.Cuts, measures, filters, groups));
        return sources is (Rollup, Rollup) ? sources : (Raw, Raw);
    }

    public override string Rows(string tenant, ResolvedRange range, IReadOnlyList<Filter> filters, SqlParameters parameters, string? also = null)
    {
        var conditions = string.Concat(filters.Select(new FieldSql(parameters).Condition).Append(also).OfType<string>().Select(text => $"\n      AND {text}"));
        var name = parameters.Text(tenant, "tenant");
        var kept = Any(Span("hour", _hours.From, _days.From, parameters), Span("day", _days.From, _days.To, parameters), Span("hour", _days.To, _hours.To, parameters));
        var sums = $$"""
                SELECT type, start AS time, events, subjects
                FROM {{Table}}
                WHERE tenant = {{name}}
                  AND {{kept}}{{conditions}}
            """;
        var edges = Any(Edge(_range.FromMs, _hours.From * 1_000, parameters), Edge(_hours.To * 1_000, _range.ToMs, parameters));
        if (edges.Length == 0)
            return $"(\n{sums}\n)";

        return $$"""
            (
            {{sums}}
                UNION ALL
                SELECT type, toStartOfHour(time) AS hour, toInt64(count()), uniqExactState(nullIf(subject, ''))
                FROM {{Raw.Table}}
                WHERE tenant = {{name}}
                  AND {{edges}}{{conditions}}
                GROUP BY type, hour
            )
            """;
    }

    public override string Value(Measure measure, FieldSql sql) => measure.Op == "count" ? "sum(events)" : "uniqExactMerge(subjects)";

    public override string Printed(Measure measure, FieldSql sql) => Value(measure, sql);

    private static bool Keeps(Measure measure) => measure.Op == "count" || (measure.Op == "unique" && measure.Field!.Name == "subject");

    private static bool IsType(Field field) => field.Name == "type";

    // Whole hours or days within the range.
    private static (long From, long To) Whole(long fromMs, long toMs, long seconds)
    {
        var unit = seconds * 1_000;
        return ((fromMs + unit - 1) / unit * seconds, toMs / unit * seconds);
    }

    private static string Span(string grain, long from, long to, SqlParameters parameters) => from >= to
        ? ""
        : $"(grain = '{grain}' AND start >= toDateTime({parameters.Integer(from)}, 'UTC') AND start < toDateTime({parameters.Integer(to)}, 'UTC'))";

    private static string Edge(long fromMs, long toMs, SqlParameters parameters) =>
        fromMs >= toMs ? "" : $"(time >= {parameters.Instant(fromMs)} AND time < {parameters.Instant(toMs)})";

    private static string Any(params string[] alternatives)
    {
        var some = alternatives.Where(text => text.Length > 0).ToList();
        return some.Count > 1 ? $"({string.Join(" OR ", some)})" : string.Concat(some);
    }
}
