using System.Globalization;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Measures as aggregates over events. Exact ones throughout (<c>uniqExact</c>, <c>quantileExactInclusive</c>), so that an answer can be
/// checked and two runs agree; sources that keep states decide for themselves which of these they can answer.
/// </summary>
internal static class MeasureSql
{
    /// <summary>To order by.</summary>
    /// <param name="when">Condition an event must meet to be measured; null: all of the group.</param>
    public static string Value(Measure measure, FieldSql sql, string? when = null) => measure.Op switch
    {
        "count" => when is null ? "count()" : $"countIf({when})",
        "unique" => Call("uniqExact", sql.Text(measure.Field!), when),
        "sum" => $"ifNull({Call("sum", sql.Number(measure.Field!), when)}, 0)",
        "avg" => Call("avg", sql.Number(measure.Field!), when),
        "min" => Call("min", Nullable(measure, sql, when), when),
        "max" => Call("max", Nullable(measure, sql, when), when),
        "p50" => Percentile(0.5, measure, sql, when),
        "p90" => Percentile(0.9, measure, sql, when),
        "p95" => Percentile(0.95, measure, sql, when),
        "p99" => Percentile(0.99, measure, sql, when),
        _ => throw new ArgumentOutOfRangeException(nameof(measure), measure.Op, null),
    };

    /// <summary>As the answer shows it.</summary>
    public static string Printed(Measure measure, FieldSql sql, string? when = null) => measure.Type == ColumnType.Time
        ? $"concat(replaceOne(toString({Value(measure, sql, when)}), ' ', 'T'), 'Z')"
        : Value(measure, sql, when);

    private static string Call(string function, string argument, string? when) =>
        when is null ? $"{function}({argument})" : $"{function}If({argument}, {when})";

    private static string Percentile(double level, Measure measure, FieldSql sql, string? when) =>
        string.Create(CultureInfo.InvariantCulture, $"quantileExactInclusive{(when is null ? "" : "If")}({level})({sql.Number(measure.Field!)}{(when is null ? "" : ", " + when)})");

    // Of no event at all: NULL, where a time that is never NULL would make it 1970.
    private static string Nullable(Measure measure, FieldSql sql, string? when) =>
        when is not null && measure.Type == ColumnType.Time ? $"toNullable({sql.Number(measure.Field!)})" : sql.Number(measure.Field!);
}
