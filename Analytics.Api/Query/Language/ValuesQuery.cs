using System.Text.Json;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Which values a field has, for lists to pick from: the most frequent first, ties by value. A property's values come with their kind,
/// since filters tell the string "1" from the number 1. Events without the field are left out.
/// </summary>
/// <param name="Search">Part of the values to look for, whatever the case; empty for all.</param>
/// <param name="Prefix">Whether values must begin with <paramref name="Search"/>.</param>
internal sealed record ValuesQuery(
    TimeRange Range, DateTimeZone Zone, IReadOnlyList<Filter> Filters, Field Field, string Search, bool Prefix, int Limit) : Question(Range, Zone, Filters)
{
    public const int DefaultLimit = 100;
    public const int MostValues = 1_000;

    private static readonly string[] Members = ["range", "timezone", "filters", "field", "search", "match", "limit"];
    private static readonly string[] Matches = ["contains", "startsWith"];

    public override string Kind => "values";

    public static ValuesQuery? Read(QueryNode root)
    {
        if (root.AsObject(Members) is not { } query)
            return null;

        var range = TimeRange.ReadMember(query);
        var zone = Language.Zone.ReadMember(query);
        var filters = Filter.ReadAll(query.Member("filters"));
        var field = query.Required("field", "e.g. \"type\" or \"data.country\".") is { } name ? Language.Field.Read(name) : null;
        if (field is { Kind: FieldKind.Time })
            query.Errors.Add("/field", QueryErrorCodes.UnknownField, "Times have too many values to pick from; use \"range\".");
        var search = query.Member("search") is { } text ? text.AsString() : "";
        var match = query.Member("match") is { } word ? word.AsWord(Matches) : Matches[0];
        var limit = query.Member("limit") is { } number ? number.AsInteger(1, MostValues) : DefaultLimit;
        return root.Errors.Any ? null : new ValuesQuery(range!, zone!, filters, field!, search!, search!.Length > 0 && match == Matches[1], limit!.Value);
    }

    public override QueryPlan Plan(Instant now, QueryErrors errors) => new ValuesPlan(this, Range.Resolve(now, Zone), Source.Raw);

    protected override void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStringValue(Field.Name);
        json.WriteStringValue(Search);
        json.WriteBooleanValue(Prefix);
        json.WriteNumberValue(Limit);
    }
}
