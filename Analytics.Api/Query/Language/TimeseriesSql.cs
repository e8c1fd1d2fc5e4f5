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
        var parameters = new SqlParameters();
        var sql = new FieldSql(parameters);
        var fields = plan.Query.GroupBy;
        var fewer = fields.Count == 0 || top.Count < plan.Query.Limit; // means all: nothing to leave out
        var rows = plan.Source.Rows(tenant, plan.Range, plan.Query.Filters, parameters, fewer ? null : Among(fields, top, sql, parameters));
        var columns = Columns(fields, sql)
            .Prepend($"{Bucket(plan.Buckets, "toUnixTimestamp(time)", parameters)} AS bucket")
            .Concat(plan.Query.Measures.Select((measure, i) => $"{plan.Source.Printed(measure, sql)} AS m{i}"));
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
