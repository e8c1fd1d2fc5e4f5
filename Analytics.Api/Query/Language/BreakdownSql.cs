using System.Globalization;
using static Analytics.Api.Query.Language.GroupSql;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Compiles a breakdown. The rest is computed from its own events in a second statement, which runs only when there is a rest: unique
/// values and percentiles of all others do not follow from those of the groups.
/// </summary>
internal static class BreakdownSql
{
    /// <summary>A row: the group's texts, false, the measures.</summary>
    public static Statement TopGroups(BreakdownPlan plan, string tenant)
    {
        var parameters = new SqlParameters();
        var sql = new FieldSql(parameters);
        var query = plan.Query;
        return new Statement(
            $$"""
            SELECT {{List([.. Columns(query.GroupBy, sql), .. Rest(query, "false"), .. Measures(plan, sql)])}}
            FROM {{plan.Source.Rows(tenant, plan.Range, query.Filters, parameters)}}
            GROUP BY {{List(Names("g", query.GroupBy.Count))}}
            ORDER BY {{plan.Source.Value(query.Measures[0], sql)}} DESC NULLS LAST, {{List(Order(query.GroupBy.Count))}}
            LIMIT {{query.Limit.ToString(CultureInfo.InvariantCulture)}}
            """, parameters);
    }

    /// <summary>All events that are in none of the groups; no row when there are none. A row: nulls, true, the measures.</summary>
    public static Statement Others(BreakdownPlan plan, string tenant, IReadOnlyList<IReadOnlyList<string?>> top)
    {
        var parameters = new SqlParameters();
        var sql = new FieldSql(parameters);
        var query = plan.Query;
        return new Statement(
            $$"""
            SELECT {{List([.. query.GroupBy.Select(_ => "NULL"), .. Rest(query, "true"), .. Measures(plan, sql)])}}
            FROM {{plan.Source.Rows(tenant, plan.Range, query.Filters, parameters, $"NOT {Among(query.GroupBy, top, sql, parameters)}")}}
            HAVING {{plan.Source.Value(Measure.Count, sql)}} > 0
            """, parameters);
    }

    private static IEnumerable<string> Rest(BreakdownQuery query, string truth) => query.Other ? [truth] : [];

    private static IEnumerable<string> Measures(BreakdownPlan plan, FieldSql sql) =>
        plan.Query.Measures.Select((measure, i) => $"{plan.Source.Printed(measure, sql)} AS m{i}");
}
