using System.Globalization;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Compiles a funnel into one statement that reads each event once. Not ClickHouse's windowFunnel: that counts the longest chain alone, without
/// its times and where it began, and orders events of the same moment as it likes.
/// </summary>
/// <remarks>
/// From the inside out: the events of each subject in order; from the last step back to the first, the times of the steps that follow each
/// event; of a subject's attempts the first that got furthest. All of it is done to whole arrays at once, so that one subject with a million
/// events costs no more than a million subjects. An event is one number, because numbers sort three times as fast as tuples: from the
/// high bits down its time in ms, partition (16 bits), offset (56 bits) and the steps that it can be (12 bits).
/// </remarks>
internal static class FunnelSql
{
    /// <summary>
    /// A row per group, the largest first: the group's texts; for each step the subjects that reached it; for each but the first the median
    /// seconds from the step before, then for each but the first those from the first.
    /// </summary>
    public static Statement Groups(FunnelPlan plan, string tenant)
    {
        var parameters = new SqlParameters();
        var query = plan.Query;
        var last = query.Steps.Count;
        int[] later = [.. Enumerable.Range(2, last - 1)];
        int[] groups = [.. Enumerable.Range(0, query.GroupBy.Count)];
        var events = Events(plan, tenant, parameters);
        var window = parameters.Integer((long)query.Window.TotalMilliseconds, "window");
        IEnumerable<string> columns =
        [
            .. groups.Select(i => $"g{i}"),
            "count() AS n1",
            .. later.Select(k => $"countIf(reach >= {k}) AS n{k}"),
            .. later.Select(k => $"{Median(k - 1, k)} AS previous{k}"),
            .. later.Select(k => $"{Median(1, k)} AS first{k}"),
        ];
        return new Statement(
            $$"""
            WITH toInt64({{long.MaxValue.ToString(CultureInfo.InvariantCulture)}}) AS never
            SELECT
                {{string.Join(",\n    ", columns)}}
            FROM
            (
                SELECT
                    arrayMap(a -> 1 + {{string.Join(" + ", later.Select(k => $"(a.{k} - a.1 <= {window})"))}}, attempts) AS reaches,
                    arrayMax(reaches) AS reach,
                    attempts[indexOf(reaches, reach)] AS attempt{{string.Concat(groups.Select(i => $",\n        arrayFirst(s -> s.1 = attempt.{last + 1}, starts).{i + 2} AS g{i}"))}}
                FROM
                (
                    SELECT
                        {{string.Join(",\n            ", later.Reverse().Select(k => $"{From(k, last, query.Order)} AS from{k}"))}},
                        arrayFilter(a -> a.1 != never, {{From(1, last, query.Order)}}) AS attempts{{(groups.Length > 0 ? ",\n            starts" : "")}}
                    FROM
                    (
                        SELECT
                            arraySort(groupArray(event)) AS events,
                            arrayMap(e -> toInt64(bitShiftRight(e, 84)), events) AS times,
                            arrayMap(e -> toUInt16(bitAnd(e, 4095)), events) AS steps{{(groups.Length > 0 ? $",\n                groupArrayIf((event, {List(groups.Select(i => $"g{i}"))}), bitTest(step, 0)) AS starts" : "")}}
                        FROM
                        (
                            {{events}}
                        ){{(query.Order == FunnelOrder.Ordered ? "\n            WHERE step != 0" : "")}}
                        GROUP BY subject
                        HAVING max(bitTest(step, 0)) = 1
                    )
                )
            )
            {{Ranking(groups, query.Limit)}}
            """.TrimEnd(), parameters);
    }

    private static string Events(FunnelPlan plan, string tenant, SqlParameters parameters)
    {
        var sql = new FieldSql(parameters);
        var query = plan.Query;
        var types = query.Order == FunnelOrder.Ordered ? EventPattern.TypesOf(query.Steps.Select(step => step.Pattern)) : [];
        var where = Where.Of(tenant, plan.Range, [EventPattern.HasSubject, .. types, .. query.Filters], parameters);
        var begun = $"time < {parameters.Instant(plan.Starts.ToMs, "starts_to")} AND ";
        var steps = query.Steps.Select((step, i) =>
            $"if({(i == 0 ? begun : "")}{step.Pattern.Condition(sql)}, {(1 << i).ToString(CultureInfo.InvariantCulture)}, 0)");
        return
            $$"""
            SELECT
                subject,
                toUInt16({{string.Join(" + ", steps)}}) AS step,
                bitShiftLeft(toUInt128(toUnixTimestamp64Milli(time)), 84) + bitShiftLeft(toUInt128(kafka_partition), 68)
                    + bitShiftLeft(toUInt128(kafka_offset), 12) + step AS event{{string.Concat(query.GroupBy.Select((field, i) => $",\n    {sql.Text(field)} AS g{i}"))}}
            FROM {{plan.Source.Table}}
            WHERE {{where}}
            """.Replace("\n", "\n                ", StringComparison.Ordinal);
    }

    /// <summary>
    /// For every event, if it is step <paramref name="k"/>: its time and the times of the steps after it, or never. The step after is, in order,
    /// the next event that is one; strictly, the next event if it is one. The first step also says which event it is.
    /// </summary>
    private static string From(int k, int last, FunnelOrder order)
    {
        var after = Enumerable.Range(1, last - k).ToList();
        var nothing = List(Enumerable.Repeat("never", after.Count));
        var found = List(after.Select(i => $"n.{i}").Prepend("t").Concat(k == 1 ? ["e"] : []));
        var missing = List(after.Select(_ => "never").Prepend("never").Concat(k == 1 ? ["e"] : []));
        var next = order == FunnelOrder.Ordered ? $"arrayReverseFill(n -> n.1 != never, from{k + 1})" : $"from{k + 1}";
        return k == last
            ? $"arrayMap((t, s) -> if(bitTest(s, {k - 1}), tuple({found}), tuple({missing})), times, steps)"
            : $"arrayMap(({(k == 1 ? "e, " : "")}t, s, n) -> if(bitTest(s, {k - 1}), tuple({found}), tuple({missing})), {(k == 1 ? "events, " : "")}times, steps, arrayShiftLeft({next}, 1, tuple({nothing})))";
    }

    private static string Median(int from, int to) =>
        $"quantileExactInclusiveIf(0.5)(attempt.{to} - attempt.{from}, reach >= {to}) / 1000";

    private static string Ranking(int[] groups, int limit) => groups.Length == 0
        ? ""
        : $"GROUP BY {List(groups.Select(i => $"g{i}"))}\nORDER BY n1 DESC, {List(groups.Select(i => $"g{i} ASC NULLS LAST"))}\nLIMIT {limit.ToString(CultureInfo.InvariantCulture)}";

    private static string List(IEnumerable<string> parts) => string.Join(", ", parts);
}
