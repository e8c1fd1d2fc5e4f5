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
            SELECT {{List([.. Columns(query.GroupBy, sql), .. Rest(query, "false"), .. Measures(query, plan.Source, sql)])}}
            FROM {{plan.Source.Rows(tenant, plan.Range, query.Filters, parameters)}}
            GROUP BY {{List(Names("g", query.GroupBy.Count))}}
            ORDER BY {{plan.Source.Value(query.Measures[0], sql)}} DESC NULLS LAST, {{List(Order(query.GroupBy.Count))}}
            LIMIT {{query.Limit.ToString(CultureInfo.InvariantCulture)}}
            """, parameters);
    }

    /// <summary>The same groups in the range before, in any order; those that are not there have no row.</summary>
    public static Statement GroupsBefore(BreakdownPlan plan, Previous before, string tenant, IReadOnlyList<IReadOnlyList<string?>> top)
    {
        var parameters = new SqlParameters();
        var sql = new FieldSql(parameters);
        var query = plan.Query;
        return new Statement(
            $$"""
            SELECT {{List([.. Columns(query.GroupBy, sql), .. Rest(query, "false"), .. Measures(query, before.Source, sql)])}}
            FROM {{before.Source.Rows(tenant, before.Range, query.Filters, parameters, Among(query.GroupBy, top, sql, parameters))}}
            GROUP BY {{List(Names("g", query.GroupBy.Count))}}
            """, parameters);
    }

    /// <summary>All events that are in none of the groups; no row when there are none. A row: nulls, true, the measures.</summary>
    /// <param name="before">The range before, instead of the plan's own.</param>
    public static Statement Others(BreakdownPlan plan, string tenant, IReadOnlyList<IReadOnlyList<string?>> top, Previous? before = null)
    {
        var parameters = new SqlParameters();
        var sql = new FieldSql(parameters);
        var query = plan.Query;
        var (range, source) = before is null ? (plan.Range, plan.Source) : (before.Range, before.Source);
        return new Statement(
            $$"""
            SELECT {{List([.. query.GroupBy.Select(_ => "NULL"), .. Rest(query, "true"), .. Measures(query, source, sql)])}}
            FROM {{source.Rows(tenant, range, query.Filters, parameters, top.Count == 0 ? null : $"NOT {Among(query.GroupBy, top, sql, parameters)}")}}
            HAVING {{source.Value(Measure.Count, sql)}} > 0
            """, parameters);
    }

    private static IEnumerable<string> Rest(BreakdownQuery query, string truth) => query.Other ? [truth] : [];

    private static IEnumerable<string> Measures(BreakdownQuery query, Source source, FieldSql sql) =>
        query.Measures.Select((measure, i) => $"{source.Printed(measure, sql)} AS m{i}");
}
