using System.Globalization;
using static Analytics.Api.Query.Language.GroupSql;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Compiles a question about paths: one statement that reads each event once. From the inside out: the events of each session or subject in
/// order; of those the path, cut at the anchor and to its depth; a row per step of a path, counted by the two values it leads between; the
/// values that few paths have at a place, merged into one.
/// </summary>
/// <remarks>
/// A step leads between a node near the anchor and the next one, farther away: earlier or later, by the direction. Aggregates are kept as
/// states until the rare nodes are merged: distinct subjects and medians do not follow from those of the parts.
/// </remarks>
internal static class PathsSql
{
    // Elements of an event's tuple, behind its time, partition and offset.
    private const int Label = 4, Subject = 5, IsAnchor = 6;

    /// <summary>A row as <see cref="PathsPlan.Columns"/> says, by step, then count.</summary>
    public static Statement Edges(PathsPlan plan, string tenant)
    {
        var parameters = new SqlParameters();
        var limit = plan.Query.Limit.ToString(CultureInfo.InvariantCulture);
        var (source, target) = plan.Query.Backwards ? ("far", "near") : ("near", "far");
        return new Statement(
            $$"""
            SELECT
                step,
                {{source}}_node AS source,
                {{source}}_other AS other_source,
                {{target}}_node AS target,
                {{target}}_other AS other_target,
                sum(n) AS count,
                count / sum(count) OVER (PARTITION BY step) AS share,
                uniqExactMerge(who) AS subjects,
                quantileExactInclusiveMerge(0.5)(pause) / 1000 AS median
            FROM
            (
                SELECT
                    *,
                    (dense_rank() OVER (PARTITION BY step ORDER BY near_n DESC, near) > {{limit}})::Bool AS near_other,
                    (isNotNull(far) AND dense_rank() OVER (PARTITION BY step, isNull(far) ORDER BY far_n DESC, far) > {{limit}})::Bool AS far_other,
                    if(near_other, NULL, near) AS near_node,
                    if(far_other, NULL, far) AS far_node
                FROM
                (
                    SELECT *, sum(n) OVER (PARTITION BY step, near) AS near_n, sum(n) OVER (PARTITION BY step, far) AS far_n
                    FROM
                    (
                        {{Indent(Steps(plan, tenant, parameters), 12)}}
                    )
                )
            )
            GROUP BY step, source, other_source, target, other_target
            ORDER BY step, count DESC, source ASC NULLS LAST, other_source DESC, target ASC NULLS LAST, other_target DESC
            """, parameters);
    }

    private static string Steps(PathsPlan plan, string tenant, SqlParameters parameters)
    {
        var (query, sql) = (plan.Query, new FieldSql(parameters));
        var (depth, nodes) = (query.Depth.ToString(CultureInfo.InvariantCulture), (query.Depth + 1).ToString(CultureInfo.InvariantCulture));
        var pause = query.Backwards ? "here.1 - there.1" : "there.1 - here.1";
        return
            $$"""
            SELECT
                step,
                here.{{Label}} AS near,
                if(step = length, NULL, there.{{Label}}) AS far,
                count() AS n,
                uniqExactState(here.{{Subject}}) AS who,
                quantileExactInclusiveState(0.5)(if(step = length, NULL, {{pause}})) AS pause
            FROM
            (
                SELECT
                    arraySlice({{Path(query)}}, 1, {{nodes}}) AS path,
                    length(path) AS length,
                    arraySlice(path, 1, {{depth}}) AS nodes
                FROM {{Indent(Sequences(plan, tenant, sql, parameters), 4)}}{{(query.Anchor is null ? "" : $"\n    WHERE arrayExists(e -> e.{IsAnchor}, s)")}}
            )
            ARRAY JOIN nodes AS here, arrayResize(arrayPopFront(path), length(nodes)) AS there, arrayEnumerate(nodes) AS step
            GROUP BY step, near, far
            """;
    }

    /// <summary>The events on the path out of a sequence <c>s</c>, beginning at the anchor.</summary>
    private static string Path(PathsQuery query)
    {
        var cut = query switch
        {
            { Anchor: null } => "s",
            { Backwards: true } => $"arraySlice(s, 1, arrayLastIndex(e -> e.{IsAnchor}, s))",
            _ => $"arraySlice(s, arrayFirstIndex(e -> e.{IsAnchor}, s))",
        };
        var nodes = query.KeepRepeats ? cut : $"arrayCompact(e -> e.{Label}, {cut})"; // keeps the first event of each run
        return query.Backwards ? $"arrayReverse({nodes})" : nodes;
    }

    private static string Sequences(PathsPlan plan, string tenant, FieldSql sql, SqlParameters parameters)
    {
        var query = plan.Query;
        var label = sql.Text(query.Field);
        string[] conditions = FieldSql.IsAlwaysThere(query.Field) ? [] : [sql.Condition(new Filter(query.Field, "exists", []))];
        string[] extras =
        [
            $"CAST(ifNull({label}, ''), 'String')", // never null here, and no dictionary: those are slow in arrays
            sql.Text(Field.Attribute("subject")),
            .. query.Anchor is { } anchor ? [anchor.Condition(sql)] : Array.Empty<string>(),
        ];
        if (query.Gap is { } gap)
            return SessionSql.Sessions(tenant, query, plan.Range, gap, plan.Source, extras, conditions, outside: false, parameters);

        var where = string.Join("\n  AND ", conditions.Prepend(Where.Of(tenant, plan.Range, [EventPattern.HasSubject, .. query.Filters], parameters)));
        return
            $$"""
            (
                SELECT arraySort(groupArray({{SessionSql.Item(extras)}})) AS s
                FROM {{plan.Source.Table}}
                WHERE {{Indent(where, 4)}}
                GROUP BY subject
            )
            """;
    }

    private static string Indent(string text, int spaces) => text.Replace("\n", "\n" + new string(' ', spaces), StringComparison.Ordinal);
}
