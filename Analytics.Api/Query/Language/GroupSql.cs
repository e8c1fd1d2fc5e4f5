using System.Globalization;

namespace Analytics.Api.Query.Language;

/// <summary>Groups as columns <c>g0</c>, <c>g1</c>, ... of a statement.</summary>
internal static class GroupSql
{
    public static IEnumerable<string> Names(string prefix, int count) =>
        Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}"));

    public static IEnumerable<string> Columns(IReadOnlyList<Field> fields, FieldSql sql) =>
        fields.Select((field, i) => string.Create(CultureInfo.InvariantCulture, $"{sql.Text(field)} AS g{i}"));

    /// <summary>By name, missing values last.</summary>
    public static IEnumerable<string> Order(int count) => Names("g", count).Select(name => $"{name} ASC NULLS LAST");

    public static string List(IEnumerable<string> parts) => string.Join(", ", parts);

    /// <summary>Whether an event is in one of the groups; never NULL.</summary>
    public static string Among(IReadOnlyList<Field> fields, IReadOnlyList<IReadOnlyList<string?>> groups, FieldSql sql, SqlParameters parameters)
    {
        if (fields.Count > 1)
            return $"({List(fields.Select(field => $"isNull({sql.Text(field)}), ifNull({sql.Text(field)}, '')"))}) IN {parameters.Tuples(groups, fields.Count)}";

        var text = sql.Text(fields[0]);
        var condition = $"ifNull({text} IN {parameters.Texts(groups.Select(row => row[0]).OfType<string>())}, false)";
        return groups.Any(row => row[0] is null) ? $"({condition} OR isNull({text}))" : condition;
    }
}
