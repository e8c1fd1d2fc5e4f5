using System.Text.Json;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>A time series as asked for, every default filled in.</summary>
internal sealed record TimeseriesQuery(
    TimeRange Range,
    Interval Interval,
    DateTimeZone Zone,
    IReadOnlyList<Measure> Measures,
    IReadOnlyList<Filter> Filters,
    IReadOnlyList<Field> GroupBy,
    int Limit,
    bool Compare) : Question(Range, Zone, Filters)
{
    public const int MostGroupFields = 5;
    public const int DefaultLimit = 10;
    public const int MostGroups = 1_000;

    public override string Kind => "timeseries";

    public override QueryPlan? Plan(Instant now, QueryErrors errors) => Planner.Plan(this, now, errors);

    private static readonly string[] Members = ["range", "interval", "timezone", "measures", "filters", "groupBy", "limit", "compare"];

    /// <summary>Reads a body; null when <paramref name="errors"/> got some.</summary>
    public static TimeseriesQuery? Read(ReadOnlyMemory<byte> utf8, QueryErrors errors)
    {
        using var document = QueryNode.Parse(utf8, errors);
        return document is null ? null : Read(new QueryNode(document.RootElement, "", errors));
    }

    public static TimeseriesQuery? Read(QueryNode root)
    {
        if (root.AsObject(Members) is not { } query)
            return null;

        var range = TimeRange.ReadMember(query);
        var interval = query.Member("interval") is { } word ? Intervals.Read(word) : Interval.Auto;
        var zone = Language.Zone.ReadMember(query);
        var measures = Measure.ReadAll(query.Member("measures"));
        var filters = Filter.ReadAll(query.Member("filters"));
        var groups = Field.ReadGroups(query.Member("groupBy"), MostGroupFields);
        var limit = query.Member("limit") is { } number ? number.AsInteger(1, MostGroups) : DefaultLimit;
        var compare = Comparison.ReadMember(query);
        var names = groups.Select(field => field.Name).Prepend("time").Concat(compare ? [Comparison.Time.Name] : []).ToList();
        Measure.RefuseTakenNames(query, measures, names);
        if (compare)
            Comparison.RefuseTakenNames(query, measures, names);
        return root.Errors.Any
            ? null
            : new TimeseriesQuery(range!, interval!.Value, zone!, measures, filters, groups, limit!.Value, compare);
    }

    protected override void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStringValue(Interval.Word());
        Canonicals.Write(json, Measures);
        Canonicals.Write(json, GroupBy);
        json.WriteNumberValue(GroupBy.Count == 0 ? 0 : Limit);
        json.WriteStringValue(Comparison.Word(Compare));
    }
}
