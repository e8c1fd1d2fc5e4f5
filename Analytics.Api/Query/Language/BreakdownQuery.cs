using System.Text.Json;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>
/// A table: the groups with the highest first measure over the whole range, and one row for all other events together. The column
/// <see cref="OtherColumn"/> tells that row from a group whose value is missing or reads "other".
/// </summary>
internal sealed record BreakdownQuery(
    TimeRange Range,
    DateTimeZone Zone,
    IReadOnlyList<Measure> Measures,
    IReadOnlyList<Filter> Filters,
    IReadOnlyList<Field> GroupBy,
    int Limit,
    bool Other,
    bool Compare) : Question(Range, Zone, Filters)
{
    public const string OtherColumn = "other";
    public const int DefaultLimit = 10;
    public const int MostGroups = 1_000;

    private static readonly string[] Members = ["range", "timezone", "measures", "filters", "groupBy", "limit", "other", "compare"];

    public override string Kind => "breakdown";

    public static BreakdownQuery? Read(QueryNode root)
    {
        if (root.AsObject(Members) is not { } query)
            return null;

        var range = TimeRange.ReadMember(query);
        var zone = Language.Zone.ReadMember(query);
        var measures = Measure.ReadAll(query.Member("measures"));
        var filters = Filter.ReadAll(query.Member("filters"));
        var groups = query.Required("groupBy", "one to five fields, e.g. [\"data.country\"].") is { } fields
            ? Field.ReadGroups(fields, TimeseriesQuery.MostGroupFields, least: 1) : [];
        var limit = query.Member("limit") is { } number ? number.AsInteger(1, MostGroups) : DefaultLimit;
        var other = query.Member("other") is { } truth ? truth.AsBoolean() : true;
        var compare = Comparison.ReadMember(query);
        var names = groups.Select(field => field.Name).Prepend(OtherColumn).ToList();
        Measure.RefuseTakenNames(query, measures, names);
        if (compare)
            Comparison.RefuseTakenNames(query, measures, names);
        return root.Errors.Any ? null : new BreakdownQuery(range!, zone!, measures, filters, groups, limit!.Value, other!.Value, compare);
    }

    public override QueryPlan Plan(Instant now, QueryErrors errors)
    {
        var range = Range.Resolve(now, Zone);
        if (!Compare)
            return new BreakdownPlan(this, range, Rollup.OrRaw(range, [], Measures, Filters, GroupBy));

        var before = PreviousRange.Of(Range, range, Zone).Range;
        var sources = Rollup.OrRaw((range, []), (before, []), Measures, Filters, GroupBy);
        return new BreakdownPlan(this, range, sources.Source, new Previous(before, sources.Before));
    }

    protected override void WriteCanonical(Utf8JsonWriter json)
    {
        Canonicals.Write(json, Measures);
        Canonicals.Write(json, GroupBy);
        json.WriteNumberValue(Limit);
        json.WriteBooleanValue(Other);
        json.WriteStringValue(Comparison.Word(Compare));
    }
}
