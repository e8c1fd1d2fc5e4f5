using System.Text.Json;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Which events are meant: <c>{"type":"order.paid","filters":[…]}</c>, or several types; without <c>type</c> any. A step of a funnel, the
/// start and the return of a retention.
/// </summary>
/// <param name="Type">The condition on the type; null when any will do.</param>
/// <param name="Filters">All must hold as well.</param>
internal sealed record EventPattern(Filter? Type, IReadOnlyList<Filter> Filters)
{
    public const int MostTypes = 50;

    public static readonly string[] Members = ["type", "filters"];

    /// <summary>Questions about subjects pass over events without one.</summary>
    public static readonly Filter HasSubject = new(Field.Attribute("subject"), "exists", []);

    /// <summary>How to call it in an answer.</summary>
    public string Name => Type is null ? "any event" : string.Join(", ", Type.Values.Select(value => value.Text));

    public IEnumerable<Filter> Conditions => Type is null ? Filters : Filters.Prepend(Type);

    /// <summary>Null when some of it was wrong.</summary>
    public static EventPattern? Read(QueryNode node)
    {
        if (node.AsObject(Members) is not { } pattern)
            return null;

        return ReadMembers(pattern);
    }

    /// <summary>For objects that have members of their own besides <see cref="Members"/>, which the caller has checked.</summary>
    public static EventPattern? ReadMembers(QueryNode pattern)
    {
        var type = pattern.Member("type") is { } given ? ReadType(given) : null;
        var filters = Filter.ReadAll(pattern.Member("filters"));
        return type is null && pattern.Member("type") is not null ? null : new EventPattern(type, filters);
    }

    /// <summary>
    /// A condition that every event fulfils that any of them means, so that the engine can pass over all other types; none when one of them
    /// means events of any type.
    /// </summary>
    public static IEnumerable<Filter> TypesOf(IEnumerable<EventPattern> patterns)
    {
        var types = patterns.Select(pattern => pattern.Type).ToList();
        return types.Contains(null) ? [] : [types[0]! with { Values = [.. types.SelectMany(type => type!.Values).Distinct()] }];
    }

    /// <summary>Never NULL.</summary>
    public string Condition(FieldSql sql) =>
        Type is null && Filters.Count == 0 ? "true" : string.Join(" AND ", Conditions.Select(sql.Condition));

    public void Write(Utf8JsonWriter json) => Canonicals.Write(json, [.. Conditions]);

    private static Filter? ReadType(QueryNode node)
    {
        var field = Field.Attribute("type");
        var elements = node.Kind == JsonValueKind.Array ? node.AsArray(1, MostTypes) : [node];
        var types = elements?.Select(element => Literal.Read(element, field)).OfType<Literal>().Distinct().ToList();
        return types is null or [] ? null : new Filter(field, "in", types);
    }
}
