using System.Globalization;
using static Analytics.Api.Query.Language.GroupSql;

namespace Analytics.Api.Query.Language;

/// <summary>Compiles a question about sessions: one statement, since cutting events into sessions is what costs.</summary>
internal static class SessionsSql
{
    /// <summary>A row: the bucket if there are any, the group's texts, the measures; by rank of the group, then bucket.</summary>
    public static Statement Of(SessionsPlan plan, string tenant)
    {
        var parameters = new SqlParameters();
        var sql = new FieldSql(parameters);
        var query = plan.Query;
        var width = query.GroupBy.Count;
        var isTuple = width > 0;
        var sessions = SessionSql.Sessions(
            tenant, query, plan.Range, query.Gap, plan.Source, [.. query.GroupBy.Select(sql.Text)], [],
            query.Measures.Any(measure => measure.Name == SessionMeasure.Outside), parameters);
        string[] bucket = plan.Buckets is { } buckets
            ? [$"{TimeseriesSql.Bucket(buckets, $"intDiv({SessionSql.Time("s[1]", isTuple)}, 1000)", parameters)} AS bucket"] : [];
        string[] keys = [.. bucket.Length > 0 ? ["bucket"] : Array.Empty<string>(), .. Names("g", width)];
        var groups = Enumerable.Range(0, width).Select(i => string.Create(CultureInfo.InvariantCulture, $"s[1].{i + 4} AS g{i}"));
        var measures = query.Measures.Select((measure, i) => string.Create(CultureInfo.InvariantCulture, $"{measure.Sql(isTuple)} AS m{i}"));
        var groupBy = keys.Length > 0 ? $"\nGROUP BY {List(keys)}" : "";
        var rows = $"SELECT {List([.. bucket, .. groups, .. measures])}\nFROM {sessions}{groupBy}";
        var limit = query.Limit.ToString(CultureInfo.InvariantCulture);
        var text = (bucket.Length > 0, width > 0) switch
        {
            (false, false) => rows,
            (true, false) => $"{rows}\nORDER BY bucket",
            (false, true) => $"{rows}\nORDER BY {SessionMeasure.Count} DESC, {List(Order(width))}\nLIMIT {limit}",
            _ => Ranked(rows, [.. keys, .. Names("m", query.Measures.Count)], width, limit),
        };
        return new Statement(text, parameters);
    }

    // The top groups of all buckets together, out of the rows of each: no second pass over the events.
    private static string Ranked(string rows, IEnumerable<string> columns, int width, string limit)
    {
        var total = $"sum({SessionMeasure.Count}) OVER (PARTITION BY {List(Names("g", width))}) AS total";
        var at = rows.IndexOf("\nFROM ", StringComparison.Ordinal);
        return $$"""
            SELECT {{List(columns)}}
            FROM
            (
                SELECT *, dense_rank() OVER (ORDER BY total DESC, {{List(Order(width))}}) AS rank
                FROM
                (
                    {{Indent(rows[..at] + ", " + total + rows[at..], 8)}}
                )
            )
            WHERE rank <= {{limit}}
            ORDER BY rank, bucket
            """;
    }

    private static string Indent(string text, int spaces) => text.Replace("\n", "\n" + new string(' ', spaces), StringComparison.Ordinal);
}
