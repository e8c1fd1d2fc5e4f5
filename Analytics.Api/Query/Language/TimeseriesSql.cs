using System.Globalization;

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
        var groups = Names("g", plan.Query.GroupBy.Count);
        var where = Where.Of(tenant, plan.Range, plan.Query.Filters, parameters);
        return new Statement(
            $$"""
            SELECT {{List(plan.Query.GroupBy.Select((field, i) => $"{sql.Text(field)} AS g{i}"))}}
            FROM {{plan.Source.Table}}
            WHERE {{where}}
            GROUP BY {{List(groups)}}
            ORDER BY {{Value(plan.Query.Measures[0], sql)}} DESC NULLS LAST, {{List(groups.Select(name => $"{name} ASC NULLS LAST"))}}
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
        var where = Where.Of(tenant, plan.Range, plan.Query.Filters, parameters);
        if (fields.Count > 0 && top.Count == plan.Query.Limit) // fewer means all: nothing to leave out
            where += $"\n  AND {Among(fields, top, sql, parameters)}";
        var columns = fields.Select((field, i) => $"{sql.Text(field)} AS g{i}")
            .Prepend($"{Bucket(plan.Buckets, parameters)} AS bucket")
            .Concat(plan.Query.Measures.Select((measure, i) => $"{Printed(measure, sql)} AS m{i}"));
        return new Statement(
            $$"""
            SELECT {{List(columns)}}
            FROM {{plan.Source.Table}}
            WHERE {{where}}
            GROUP BY {{List(Names("g", fields.Count).Prepend("bucket"))}}
            ORDER BY bucket
            """, parameters);
    }

    // Equally wide buckets need one division per event; clock changes need a search in the list of starts.
    private static string Bucket(Buckets buckets, SqlParameters parameters) => buckets.Width > 0
        ? $"intDiv(toUnixTimestamp(time) - {parameters.Integer(buckets.Starts[0], "start")}, {parameters.Integer(buckets.Width, "width")})"
        : $"roundDown(toInt64(toUnixTimestamp(time)), {parameters.Integers(buckets.Starts, "starts")})";

    private static string Among(
        IReadOnlyList<Field> fields, IReadOnlyList<IReadOnlyList<string?>> top, FieldSql sql, SqlParameters parameters)
    {
        if (fields.Count > 1)
            return $"({List(fields.Select(field => $"isNull({sql.Text(field)}), ifNull({sql.Text(field)}, '')"))}) IN {parameters.Tuples(top, fields.Count)}";

        var text = sql.Text(fields[0]);
        var condition = $"ifNull({text} IN {parameters.Texts(top.Select(row => row[0]).OfType<string>())}, false)";
        return top.Any(row => row[0] is null) ? $"({condition} OR isNull({text}))" : condition;
    }

    private static string Printed(Measure measure, FieldSql sql) => measure.Type == ColumnType.Time
        ? $"concat(replaceOne(toString({Value(measure, sql)}), ' ', 'T'), 'Z')"
        : Value(measure, sql);

    // Exact ones throughout (uniqExact, quantileExactInclusive), so that an answer can be checked and two runs agree;
    // sources that keep states will decide for themselves which of these they can answer.
    private static string Value(Measure measure, FieldSql sql) => measure.Op switch
    {
        "count" => "count()",
        "unique" => $"uniqExact({sql.Text(measure.Field!)})",
        "sum" => $"ifNull(sum({sql.Number(measure.Field!)}), 0)",
        "avg" => $"avg({sql.Number(measure.Field!)})",
        "min" => $"min({sql.Number(measure.Field!)})",
        "max" => $"max({sql.Number(measure.Field!)})",
        "p50" => Percentile(0.5, measure, sql),
        "p90" => Percentile(0.9, measure, sql),
        "p95" => Percentile(0.95, measure, sql),
        "p99" => Percentile(0.99, measure, sql),
        _ => throw new ArgumentOutOfRangeException(nameof(measure), measure.Op, null),
    };

    private static string Percentile(double level, Measure measure, FieldSql sql) =>
        string.Create(CultureInfo.InvariantCulture, $"quantileExactInclusive({level})({sql.Number(measure.Field!)})");

    private static IEnumerable<string> Names(string prefix, int count) => Enumerable.Range(0, count).Select(i => $"{prefix}{i}");

    private static string List(IEnumerable<string> parts) => string.Join(", ", parts);
}
