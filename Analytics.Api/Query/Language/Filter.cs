using System.Text.Json;

namespace Analytics.Api.Query.Language;

/// <summary>
/// <c>{"field":"data.country","op":"eq","value":"DE"}</c>. All filters of a query must hold. <c>ne</c> and <c>nin</c> are the exact
/// opposites of <c>eq</c> and <c>in</c>, so they also let events through that lack the field. The other comparisons need a value of the same
/// kind: numbers compare as numbers, strings by their bytes, case matters.
/// </summary>
internal sealed record Filter(Field Field, string Op, IReadOnlyList<Literal> Values)
{
    public const int Most = 50;
    public const int MostValues = 1_000;

    public static readonly string[] Ops =
        ["eq", "ne", "in", "nin", "gt", "gte", "lt", "lte", "contains", "startsWith", "exists", "absent"];

    private static readonly string[] Members = ["field", "op", "value"];

    public static IReadOnlyList<Filter> ReadAll(QueryNode? node)
    {
        var filters = new List<Filter>();
        foreach (var element in node?.AsArray(0, Most) ?? [])
            if (Read(element) is { } filter)
                filters.Add(filter);
        return filters;
    }

    private static Filter? Read(QueryNode node)
    {
        if (node.AsObject(Members) is not { } filter)
            return null;

        var field = filter.Required("field", "e.g. \"type\" or \"data.country\".") is { } place ? Field.Read(place) : null;
        var op = filter.Required("op", $"one of {QueryNode.List(Ops)}.")?.AsWord(Ops);
        return field is null || op is null ? null : ReadValue(filter, field, op);
    }

    private static Filter? ReadValue(QueryNode filter, Field field, string op)
    {
        if (op is "exists" or "absent")
        {
            if (filter.Member("value") is { } extra)
                extra.Refuse(QueryErrorCodes.Conflict, $"{op} takes no value.");
            return new Filter(field, op, []);
        }

        if (filter.Required("value", op is "in" or "nin" ? "an array of values." : "what to compare with.") is not { } value)
            return null;
        if (op is "in" or "nin")
            return ReadList(value, field, op);
        if (Literal.Read(value, field) is not { } literal)
            return null;
        if (Suits(op, field, literal, value))
            return new Filter(field, op, [literal]);
        return null;
    }

    private static Filter? ReadList(QueryNode value, Field field, string op)
    {
        if (value.AsArray(1, MostValues) is not { } elements)
            return null;

        var literals = new List<Literal>(elements.Count);
        foreach (var element in elements)
            if (Literal.Read(element, field) is { } literal)
                literals.Add(literal);
        return literals.Count == elements.Count ? new Filter(field, op, [.. literals.Distinct()]) : null;
    }

    private static bool Suits(string op, Field field, Literal literal, QueryNode value)
    {
        if (op is "contains" or "startsWith" && literal.Kind != LiteralKind.Text)
        {
            if (field.Kind == FieldKind.Time)
                value.Refuse(QueryErrorCodes.Conflict, $"{op} compares text; {field.Name} is a time.");
            else
                value.Refuse(QueryErrorCodes.WrongType, $"{op} needs a string, not {QueryNode.Describe(value.Kind)}.");
            return false;
        }

        if (op is "gt" or "gte" or "lt" or "lte" && literal.Kind == LiteralKind.Boolean)
        {
            value.Refuse(QueryErrorCodes.WrongType, $"{op} needs a number or a string: booleans have no order.");
            return false;
        }

        return true;
    }

    /// <summary>The filter as JSON with its values in order: equal questions read the same.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        json.WriteStringValue(Field.Name);
        json.WriteStringValue(Op);
        foreach (var value in Values.OrderBy(v => v.Kind).ThenBy(v => v.Text, StringComparer.Ordinal).ThenBy(v => v.Number).ThenBy(v => v.Boolean).ThenBy(v => v.UnixMs))
            value.Write(json);
        json.WriteEndArray();
    }
}
