using System.Text.Json;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Which ways events follow each other: a path per session or per subject, from its first event or from the first that is meant, or back
/// from the last that is meant.
/// </summary>
/// <param name="Anchor">The event a path starts from; null: the first of its session or subject.</param>
/// <param name="Backwards">Whether paths lead to the anchor, not from it.</param>
/// <param name="Depth">How many steps from one event to the next are followed.</param>
/// <param name="Field">Its values are the nodes. Events without it are not on a path.</param>
/// <param name="Gap">What cuts a subject's events into sessions, as in <see cref="SessionsQuery"/>; null: a path per subject.</param>
/// <param name="KeepRepeats">Whether a value that follows itself is a step; else the run is one node, of the time of its first event.</param>
/// <param name="Limit">Nodes at each place of a path; all others there are one.</param>
internal sealed record PathsQuery(
    TimeRange Range,
    DateTimeZone Zone,
    IReadOnlyList<Filter> Filters,
    EventPattern? Anchor,
    bool Backwards,
    int Depth,
    Field Field,
    Duration? Gap,
    bool KeepRepeats,
    int Limit) : Question(Range, Zone, Filters)
{
    public const int DefaultDepth = 5;
    public const int MostDepth = 10;
    public const int DefaultLimit = 10;

    /// <summary>Each step then has at most 51 x 52 rows, all ten together 26,520.</summary>
    public const int MostNodes = 50;

    private static readonly string[] Members = ["range", "timezone", "filters", "from", "to", "depth", "field", "per", "gap", "repeats", "limit"];
    private static readonly string[] Owners = ["session", "subject"];
    private static readonly string[] Repeats = ["collapse", "keep"];

    public override string Kind => "paths";

    public static PathsQuery? Read(QueryNode root)
    {
        if (root.AsObject(Members) is not { } query)
            return null;

        var range = TimeRange.ReadMember(query);
        var zone = Language.Zone.ReadMember(query);
        var filters = Filter.ReadAll(query.Member("filters"));
        var (from, to) = (query.Member("from"), query.Member("to"));
        if (from is not null && to is { } second)
            second.Refuse(QueryErrorCodes.Conflict, "Give either \"from\" or \"to\", or neither for paths from the beginning.");
        var anchor = (from ?? to) is { } pattern ? EventPattern.Read(pattern) : null;
        var depth = query.Member("depth") is { } steps ? steps.AsInteger(1, MostDepth) : DefaultDepth;
        var field = ReadField(query);
        var gap = ReadGap(query);
        var repeats = query.Member("repeats") is { } word ? word.AsWord(Repeats) : Repeats[0];
        var limit = query.Member("limit") is { } number ? number.AsInteger(1, MostNodes) : DefaultLimit;
        return root.Errors.Any
            ? null
            : new PathsQuery(range!, zone!, filters, anchor, to is not null, depth!.Value, field!, gap, repeats == Repeats[1], limit!.Value);
    }

    public override QueryPlan Plan(Instant now, QueryErrors errors) => new PathsPlan(this, Range.Resolve(now, Zone), Source.Raw);

    protected override void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStringValue(Anchor is null ? "" : Backwards ? "to" : "from");
        Anchor?.Write(json);
        json.WriteNumberValue(Depth);
        json.WriteStringValue(Field.Name);
        json.WriteNumberValue((long)(Gap?.TotalSeconds ?? 0));
        json.WriteBooleanValue(KeepRepeats);
        json.WriteNumberValue(Limit);
    }

    private static Field? ReadField(QueryNode query)
    {
        if (query.Member("field") is not { } name)
            return Language.Field.Attribute("type");

        var field = Language.Field.Read(name);
        if (field is { Kind: FieldKind.Time })
            name.Refuse(QueryErrorCodes.UnknownField, "Times are hardly ever the same in two paths; take a field such as \"type\" or \"data.page\".");
        return field;
    }

    private static Duration? ReadGap(QueryNode query)
    {
        var owner = query.Member("per") is { } word ? word.AsWord(Owners) : Owners[0];
        if (owner != Owners[1])
            return SessionsQuery.ReadGap(query);

        if (query.Member("gap") is { } gap)
            gap.Refuse(QueryErrorCodes.Conflict, "Only sessions end with a gap; leave it out, or \"per\".");
        return null;
    }
}
