using System.Text.Json;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>
/// How many sessions, how long, how lively: by bucket of their start, by the value a field had in their first event, by both or over all.
/// <see cref="SessionSql"/> says what a session is.
/// </summary>
/// <param name="Interval">Null: one row for the whole range.</param>
/// <param name="Gap">The pause that ends a session of events without <c>sessionid</c>.</param>
internal sealed record SessionsQuery(
    TimeRange Range,
    Interval? Interval,
    DateTimeZone Zone,
    IReadOnlyList<SessionMeasure> Measures,
    IReadOnlyList<Filter> Filters,
    IReadOnlyList<Field> GroupBy,
    int Limit,
    Duration Gap) : Question(Range, Zone, Filters)
{
    public static readonly Duration DefaultGap = Duration.FromMinutes(30);
    public static readonly Duration LongestGap = Duration.FromDays(1);

    private static readonly string[] Members = ["range", "interval", "timezone", "measures", "filters", "groupBy", "limit", "gap"];

    public override string Kind => "sessions";

    public static SessionsQuery? Read(QueryNode root)
    {
        if (root.AsObject(Members) is not { } query)
            return null;

        var range = TimeRange.ReadMember(query);
        var interval = query.Member("interval") is { } word ? Intervals.Read(word) : null;
        var zone = Language.Zone.ReadMember(query);
        var measures = SessionMeasure.ReadAll(query.Member("measures"));
        var filters = Filter.ReadAll(query.Member("filters"));
        var groups = Field.ReadGroups(query.Member("groupBy"), TimeseriesQuery.MostGroupFields);
        var limit = query.Member("limit") is { } number ? number.AsInteger(1, TimeseriesQuery.MostGroups) : TimeseriesQuery.DefaultLimit;
        var gap = ReadGap(query);
        return root.Errors.Any ? null : new SessionsQuery(range!, interval, zone!, measures, filters, groups, limit!.Value, gap!.Value);
    }

    public static Duration? ReadGap(QueryNode query) =>
        query.Member("gap") is { } length ? Lengths.Read(length, LongestGap, "1d") : DefaultGap;

    public override QueryPlan? Plan(Instant now, QueryErrors errors)
    {
        var range = Range.Resolve(now, Zone);
        var buckets = Interval is { } interval ? Planner.PlanBuckets(range, interval, Zone, GroupBy.Count == 0 ? 1 : Limit, errors) : null;
        return errors.Any ? null : new SessionsPlan(this, range, buckets, Source.Raw);
    }

    protected override void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStringValue(Interval?.Word());
        json.WriteStringValue(string.Join(' ', Measures.Select(measure => measure.Name)));
        Canonicals.Write(json, GroupBy);
        json.WriteNumberValue(GroupBy.Count == 0 ? 0 : Limit);
        json.WriteNumberValue((long)Gap.TotalSeconds);
    }
}
