namespace Analytics.Api.Query.Language;

/// <summary>
/// Where a field lives in the table <c>events</c>: the only place that knows. A property is a leaf of <c>data</c>, kept by its dotted path in
/// <c>numbers</c> or, for strings, booleans (the texts true and false) and arrays (their JSON), in <c>strings</c>; missing ones are NULL there.
/// </summary>
internal sealed class FieldSql(SqlParameters parameters)
{
    /// <summary>Text to group and to count by: NULL when absent; numbers and booleans as text.</summary>
    public string Text(Field field) => field.Kind switch
    {
        FieldKind.Property => $"ifNull({Strings(field)}, toString({Numbers(field)}))",
        FieldKind.Time => field.Name,
        _ when IsAlwaysThere(field) => field.Name,
        _ => $"nullIf({field.Name}, '')",
    };

    /// <summary>Of a field that is there: string, number, boolean or array.</summary>
    public string Kind(Field field) => field.Kind == FieldKind.Property
        ? $"multiIf(isNull({Strings(field)}), 'number', NOT {Ambiguous(Strings(field))}, 'string', {Is(field, "Bool")}, 'boolean', {Is(field, "Array")}, 'array', 'string')"
        : "'string'";

    /// <summary>The number, NULL for everything that is none: aggregates pass over it.</summary>
    public string Number(Field field) => field.Kind == FieldKind.Property ? Numbers(field) : field.Name;

    /// <summary>Whether every event has the field.</summary>
    public static bool IsAlwaysThere(Field field) => field.Name is "id" or "type" or "source";

    /// <summary>A condition that is never NULL.</summary>
    public string Condition(Filter filter) => filter.Op switch
    {
        "ne" => Not(Condition(filter with { Op = "eq" })),
        "nin" => Not(Condition(filter with { Op = "in" })),
        "absent" => Not(Exists(filter.Field)),
        "exists" => Exists(filter.Field),
        "in" => In(filter),
        _ => Compare(filter.Field, filter.Op, filter.Values[0]),
    };

    private static string Not(string condition) => $"NOT {condition}";

    private string Exists(Field field) => field.Kind switch
    {
        FieldKind.Property => $"(isNotNull({Strings(field)}) OR isNotNull({Numbers(field)}))",
        FieldKind.Time => "true",
        _ => $"({field.Name} != '')",
    };

    private string In(Filter filter)
    {
        var texts = filter.Values.Where(value => value.Kind == LiteralKind.Text).ToList();
        var plain = texts.Where(value => filter.Field.Kind != FieldKind.Property || !IsAmbiguous(value.Text)).ToList();
        var numbers = filter.Values.Where(value => value.Kind == LiteralKind.Number).ToList();
        var times = filter.Values.Where(value => value.Kind == LiteralKind.Time).ToList();
        var alternatives = new List<string>();
        if (plain.Count > 0)
            alternatives.Add(Never(filter.Field, $"{Raw(filter.Field)} IN {parameters.Texts(plain.Select(value => value.Text))}"));
        if (numbers.Count > 0)
            alternatives.Add(Never(filter.Field, $"{Numbers(filter.Field)} IN {parameters.Numbers(numbers.Select(value => value.Number))}"));
        if (times.Count > 0)
            alternatives.Add($"toUnixTimestamp64Milli({filter.Field.Name}) IN {parameters.Integers(times.Select(value => value.UnixMs))}");
        alternatives.AddRange(filter.Values
            .Where(value => value.Kind == LiteralKind.Boolean || (value.Kind == LiteralKind.Text && !plain.Contains(value)))
            .Select(value => Compare(filter.Field, "eq", value)));
        return alternatives.Count == 1 ? alternatives[0] : $"({string.Join(" OR ", alternatives)})";
    }

    private string Compare(Field field, string op, Literal value) => value.Kind switch
    {
        LiteralKind.Time => $"({field.Name} {Sign(op)} {parameters.Instant(value.UnixMs)})",
        LiteralKind.Number => Never(field, $"{Numbers(field)} {Sign(op)} {parameters.Number(value.Number)}"),
        LiteralKind.Boolean => $"({Never(field, $"{Strings(field)} = {parameters.Text(value.Boolean ? "true" : "false")}")} AND {Is(field, "Bool")})",
        _ => CompareText(field, op, value.Text),
    };

    private string CompareText(Field field, string op, string text)
    {
        var raw = Raw(field);
        var value = parameters.Text(text);
        var condition = op switch
        {
            "contains" => $"position({raw}, {value}) > 0",
            "startsWith" => $"startsWith({raw}, {value})",
            _ => $"{raw} {Sign(op)} {value}",
        };
        if (field.Kind != FieldKind.Property)
            return op is "lt" or "lte" && !IsAlwaysThere(field) ? $"({condition} AND {raw} != '')" : $"({condition})";

        // strings also holds booleans and arrays as text; data knows which it was, and is read only for rows that could be one.
        var surely = op == "eq" ? IsAmbiguous(text) ? "false" : null : $"NOT {Ambiguous(raw)}";
        return surely switch
        {
            null => Never(field, condition),
            "false" => $"({Never(field, condition)} AND {Not(IsNoText(field))})",
            _ => $"({Never(field, condition)} AND (ifNull({surely}, false) OR {Not(IsNoText(field))}))",
        };
    }

    private static bool IsAmbiguous(string text) => text is "true" or "false" || text.StartsWith('[');

    private static string Ambiguous(string raw) => $"({raw} IN ('true', 'false') OR startsWith({raw}, '['))";

    private string IsNoText(Field field) => $"({Is(field, "Bool")} OR {Is(field, "Array")})";

    // The path's dots separate members, or belong to one member's name.
    private string Is(Field field, string type)
    {
        var nested = $"JSONType(data, {string.Join(", ", field.Path.Split('.').Select(part => parameters.Text(part)))}) = '{type}'";
        return field.Path.Contains('.', StringComparison.Ordinal)
            ? $"({nested} OR JSONType(data, {parameters.Text(field.Path)}) = '{type}')"
            : $"({nested})";
    }

    private static string Sign(string op) => op switch
    {
        "eq" => "=",
        "gt" => ">",
        "gte" => ">=",
        "lt" => "<",
        "lte" => "<=",
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, null),
    };

    private static string Never(Field field, string condition) =>
        field.Kind == FieldKind.Property ? $"ifNull({condition}, false)" : $"({condition})";

    private string Raw(Field field) => field.Kind == FieldKind.Property ? Strings(field) : field.Name;

    private string Strings(Field field) => $"strings[{parameters.Text(field.Path)}]";

    private string Numbers(Field field) => $"numbers[{parameters.Text(field.Path)}]";
}
