using System.Text.Json;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>In which of the later periods a subject counts as returned.</summary>
internal enum RetentionMode
{
    /// <summary>In exactly those it returned in.</summary>
    Bounded,

    /// <summary>In the last one it returned in, and all before.</summary>
    Rolling,
}

/// <summary>Which start events make a subject part of a cohort.</summary>
internal enum RetentionCohort
{
    /// <summary>The first one in the range.</summary>
    First,

    /// <summary>The first one ever, if it is in the range.</summary>
    New,

    /// <summary>The first one of every period.</summary>
    Any,
}

/// <summary>How many of those who started in a period came back in later ones, every default filled in.</summary>
/// <param name="Periods">How many periods after its own a cohort is followed.</param>
internal sealed record RetentionQuery(
    TimeRange Range,
    DateTimeZone Zone,
    IReadOnlyList<Filter> Filters,
    Interval Interval,
    EventPattern Start,
    EventPattern Return,
    int Periods,
    RetentionMode Mode,
    RetentionCohort Cohort,
    IReadOnlyList<Field> GroupBy,
    int Limit) : Question(Range, Zone, Filters)
{
    public const int MostPeriods = 60;
    public const int DefaultPeriods = 7;
    public const int MostGroupFields = 1;
    public const int DefaultLimit = 10;
    public const int MostGroups = 1_000;

    private static readonly string[] Members =
        ["range", "timezone", "interval", "start", "return", "periods", "mode", "cohort", "filters", "groupBy", "limit"];

    private static readonly string[] IntervalWords = ["day", "week", "month"];
    private static readonly string[] Modes = ["bounded", "rolling"];
    private static readonly string[] Cohorts = ["first", "new", "any"];

    public override string Kind => "retention";

    /// <summary>Whether a period is over depends on the clock. Days begin at whole quarters of an hour, whatever the timezone.</summary>
    public override Instant? Epoch(Instant now) => Instant.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / 900 * 900);

    public static RetentionQuery? Read(QueryNode root)
    {
        if (root.AsObject(Members) is not { } query)
            return null;

        var range = TimeRange.ReadMember(query);
        var zone = Language.Zone.ReadMember(query);
        var interval = Word(query, "interval", IntervalWords);
        var start = query.Required("start", "e.g. {\"type\":\"signup\"}.") is { } first ? EventPattern.Read(first) : null;
        var back = query.Member("return") is { } other ? EventPattern.Read(other) : start;
        var periods = query.Member("periods") is { } count ? count.AsInteger(1, MostPeriods) : DefaultPeriods;
        var mode = Word(query, "mode", Modes);
        var cohort = Word(query, "cohort", Cohorts);
        var filters = Filter.ReadAll(query.Member("filters"));
        var groups = Field.ReadGroups(query.Member("groupBy"), MostGroupFields);
        var limit = query.Member("limit") is { } number ? number.AsInteger(1, MostGroups) : DefaultLimit;
        return root.Errors.Any
            ? null
            : new RetentionQuery(
                range!, zone!, filters, Interval.Day + interval, start!, back!, periods!.Value, (RetentionMode)mode, (RetentionCohort)cohort, groups,
                limit!.Value);
    }

    public override QueryPlan? Plan(Instant now, QueryErrors errors) => RetentionPlan.Of(this, now, errors);

    protected override void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStringValue(Interval.Word());
        Start.Write(json);
        Return.Write(json);
        json.WriteNumberValue(Periods);
        json.WriteStringValue(Modes[(int)Mode]);
        json.WriteStringValue(Cohorts[(int)Cohort]);
        Canonicals.Write(json, GroupBy);
        json.WriteNumberValue(GroupBy.Count == 0 ? 0 : Limit);
    }

    /// <summary>Place of the word in the list; the first one is the default.</summary>
    private static int Word(QueryNode query, string member, string[] words) =>
        query.Member(member) is { } node ? Array.IndexOf(words, node.AsWord(words)) : 0;
}
