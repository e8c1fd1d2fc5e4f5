namespace Analytics.Api.Query.Language;

/// <summary>One number per bucket or row: <c>{"op":"p95","field":"data.durationMs","as":"latency"}</c>.</summary>
/// <param name="Op">One of <see cref="Ops"/>.</param>
/// <param name="Field">What is counted or computed; null for <c>count</c>.</param>
/// <param name="Name">Name of the column: <c>as</c>, or made of op and field.</param>
internal sealed record Measure(string Op, Field? Field, string Name)
{
    public const int Most = 20;

    public static readonly string[] Ops = ["count", "unique", "sum", "avg", "min", "max", "p50", "p90", "p95", "p99"];

    public static readonly Measure Count = new("count", null, "count");

    private static readonly string[] Members = ["op", "field", "as"];

    /// <summary>Whether a bucket without events has the value 0; the others have none.</summary>
    public bool ZeroWhenEmpty => Op is "count" or "unique" or "sum";

    /// <summary>JSON of each measure over no events.</summary>
    public static IReadOnlyList<string> Empty(IReadOnlyList<Measure> measures) => [.. measures.Select(measure => measure.ZeroWhenEmpty ? "0" : "null")];

    public ColumnType Type => Op switch
    {
        "count" or "unique" => ColumnType.Integer,
        "min" or "max" when Field!.Kind == FieldKind.Time => ColumnType.Time,
        _ => ColumnType.Number,
    };

    public static IReadOnlyList<Measure> ReadAll(QueryNode? node)
    {
        if (node is not { } given)
            return [Count];

        var measures = new List<Measure>();
        foreach (var element in given.AsArray(1, Most) ?? [])
        {
            if (Read(element) is not { } measure)
                continue;
            if (measures.Exists(other => other.Name == measure.Name))
                element.Refuse(QueryErrorCodes.Conflict, "Another measure has the same name; give one of them another one with \"as\".");
            measures.Add(measure);
        }

        return measures;
    }

    /// <summary>Columns of an answer have different names; a measure's can be changed.</summary>
    public static void RefuseTakenNames(QueryNode query, IReadOnlyList<Measure> measures, IEnumerable<string> taken)
    {
        foreach (var name in measures.Select(measure => measure.Name).Intersect(taken, StringComparer.Ordinal))
            query.Errors.Add("/measures", QueryErrorCodes.Conflict, $"Two columns would be called \"{name}\"; choose another \"as\".");
    }

    private static Measure? Read(QueryNode node)
    {
        if (node.AsObject(Members) is not { } measure || measure.Required("op", $"one of {QueryNode.List(Ops)}.")?.AsWord(Ops) is not { } op)
            return null;

        var name = measure.Member("as") is { } alias ? ReadAlias(alias) : "";
        if (op == "count")
        {
            if (measure.Member("field") is { } extra)
                extra.Refuse(QueryErrorCodes.Conflict, "count takes no field; to count events that have a field, filter with exists.");
            return name is null ? null : Count with { Name = name.Length > 0 ? name : op };
        }

        if (measure.Required("field", $"{op} needs one, e.g. \"data.durationMs\".") is not { } place || Field.Read(place) is not { } field || name is null)
            return null;
        if (op == "unique" || field.Kind == FieldKind.Property || (op is "min" or "max" && field.Kind == FieldKind.Time))
            return new Measure(op, field, name.Length > 0 ? name : $"{op}({field.Name})");

        place.Refuse(QueryErrorCodes.UnknownField, op is "min" or "max"
            ? $"{op} needs a property (data.<path>), time or received."
            : $"{op} needs a property (data.<path>): the attributes are no numbers.");
        return null;
    }

    public static string? ReadAlias(QueryNode node)
    {
        if (node.AsString(128) is not { } name)
            return null;
        if (name.Length > 0)
            return name;

        node.Refuse(QueryErrorCodes.InvalidValue, "A name of 1 to 128 characters was expected.");
        return null;
    }
}
