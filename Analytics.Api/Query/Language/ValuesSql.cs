using System.Globalization;

namespace Analytics.Api.Query.Language;

/// <summary>Compiles the distinct values of a field. A row: the value as text, its kind, the number of events.</summary>
internal static class ValuesSql
{
    public static Statement Of(ValuesPlan plan, string tenant)
    {
        var parameters = new SqlParameters();
        var sql = new FieldSql(parameters);
        var query = plan.Query;
        var where = Where.Of(tenant, plan.Range, query.Filters.Append(new Filter(query.Field, "exists", [])), parameters);
        if (query.Search.Length > 0)
            where += $"\n  AND {Match(query, sql, parameters)}";
        return new Statement(
            $$"""
            SELECT {{sql.Text(query.Field)}} AS g0, {{sql.Kind(query.Field)}} AS kind, count() AS n
            FROM {{plan.Source.Table}}
            WHERE {{where}}
            GROUP BY g0, kind
            ORDER BY n DESC, g0, kind
            LIMIT {{query.Limit.ToString(CultureInfo.InvariantCulture)}}
            """, parameters);
    }

    private static string Match(ValuesQuery query, FieldSql sql, SqlParameters parameters)
    {
        var (text, part) = ($"lowerUTF8({sql.Text(query.Field)})", $"lowerUTF8({parameters.Text(query.Search, "search")})");
        return query.Prefix ? $"startsWith({text}, {part})" : $"position({text}, {part}) > 0";
    }
}
