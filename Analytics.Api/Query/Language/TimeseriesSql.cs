using System.Globalization;
using static Analytics.Api.Query.Language.GroupSql;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Compiles a time series. With groups it takes two statements, one that finds the top groups and one that draws them: measured, that is
/// a third cheaper than one statement with a subquery, and each can be pasted and explained.
/// </summary>
internal static class TimeseriesSql
{
    /// <summary>The groups with the highest first measure over the whole range, ties by name, missing values last. A row: the group's texts.</summary>
    public static Statement TopGroups(TimeseriesPlan plan, string tenant)
    {
        var parameters = new SqlParameters();
        var sql = new FieldSql(parameters);
        var width = plan.Query.GroupBy.Count;
        return new Statement(
            $$"""
            SELECT {{List(Columns(plan.Query.GroupBy, sql))}}
            FROM {{plan.Source.Rows(tenant, plan.Range, plan.Query.Filters, parameters)}}
            GROUP BY {{List(Names("g", width))}}
            ORDER BY {{plan.Source.Value(plan.Query.Measures[0], sql)}} DESC NULLS LAST, {{List(Order(width))}}
            LIMIT {{plan.Query.Limit.ToString(CultureInfo.InvariantCulture)}}
            """, parameters);
    }

    /// <summary>
    /// The values by bucket. A row: the bucket (its number where all are equally wide, else its start), the group's texts, the measures.
    /// </summary>
    /// <param name="top">What <see cref="TopGroups"/> found; ignored without groups.</param>
    public static Statement Values(TimeseriesPlan plan, string tenant, IReadOnlyList<IReadOnlyList<string?>> top)
    {
        var fewer = top.Count < plan.Query.Limit; // means all: nothing to leave out
        return Values(plan.Query, plan.Range, plan.Buckets, plan.Source, tenant, fewer ? null : top);
    }

    /// <summary>The same of the range before, which may have other groups.</summary>
    public static Statement ValuesBefore(TimeseriesPlan plan, PreviousBuckets before, string tenant, IReadOnlyList<IReadOnlyList<string?>> top) =>
        Values(plan.Query, before.Range, before.Buckets, before.Source, tenant, top);

    private static Statement Values(
        TimeseriesQuery query, ResolvedRange range, Buckets buckets, Source source, string tenant, IReadOnlyList<IReadOnlyList<string?>>? among)
    {
        var parameters = new SqlParameters();
        var sql = new FieldSql(parameters);
        var fields = query.GroupBy;
        var condition = fields.Count == 0 || among is null ? null : Among(fields, among, sql, parameters);
        var rows = source.Rows(tenant, range, query.Filters, parameters, condition);
        var columns = Columns(fields, sql)
            .Prepend($"{Bucket(buckets, "toUnixTimestamp(time)", parameters)} AS bucket")
            .Concat(query.Measures.Select((measure, i) => $"{source.Printed(measure, sql)} AS m{i}"));
        return new Statement(
            $$"""
            SELECT {{List(columns)}}
            FROM {{rows}}
            GROUP BY {{List(Names("g", fields.Count).Prepend("bucket"))}}
            ORDER BY bucket
            """, parameters);
    }

    /// <summary>The bucket of a moment. Equally wide ones need one division per event; clock changes need a search in the list of starts.</summary>
    /// <param name="seconds">SQL of the moment, in whole seconds since 1970.</param>
    public static string Bucket(Buckets buckets, string seconds, SqlParameters parameters) => buckets.Width > 0
        ? $"intDiv({seconds} - {parameters.Integer(buckets.Starts[0], "start")}, {parameters.Integer(buckets.Width, "width")})"
        : $"roundDown(toInt64({seconds}), {parameters.Integers(buckets.Starts, "starts")})";
}
