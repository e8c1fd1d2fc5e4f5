using System.Text.Json;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>What may happen between two steps of a funnel.</summary>
internal enum FunnelOrder
{
    /// <summary>Anything.</summary>
    Ordered,

    /// <summary>Nothing: the subject's very next event must be the next step.</summary>
    Strict,
}

/// <param name="Name">As the answer calls it: <c>as</c>, else the types.</param>
internal sealed record FunnelStep(EventPattern Pattern, string Name);

/// <summary>How many subjects went through steps one after another, every default filled in.</summary>
/// <param name="Window">How long after the first step the others may come.</param>
internal sealed record FunnelQuery(
    TimeRange Range,
    DateTimeZone Zone,
    IReadOnlyList<Filter> Filters,
    IReadOnlyList<FunnelStep> Steps,
    Duration Window,
    FunnelOrder Order,
    IReadOnlyList<Field> GroupBy,
    int Limit) : Question(Range, Zone, Filters)
{
    public const int MostSteps = 10;
    public const int MostGroupFields = 2;
    public const int DefaultLimit = 10;
    public const int MostGroups = 1_000;

    public static readonly Duration LongestWindow = Duration.FromDays(90);
    public static readonly Duration DefaultWindow = Duration.FromDays(14);

    private static readonly string[] Members = ["range", "timezone", "steps", "window", "order", "filters", "groupBy", "limit"];
    private static readonly string[] StepMembers = [.. EventPattern.Members, "as"];
    private static readonly string[] Orders = ["ordered", "strict"];

    public override string Kind => "funnel";

    public static FunnelQuery? Read(QueryNode root)
    {
        if (root.AsObject(Members) is not { } query)
            return null;

        var range = TimeRange.ReadMember(query);
        var zone = Language.Zone.ReadMember(query);
        var steps = ReadSteps(query);
        var window = query.Member("window") is { } length ? Lengths.Read(length, LongestWindow, "90d") : DefaultWindow;
        var order = query.Member("order") is { } word ? word.AsWord(Orders) : Orders[0];
        var filters = Filter.ReadAll(query.Member("filters"));
        var groups = Field.ReadGroups(query.Member("groupBy"), MostGroupFields);
        var limit = query.Member("limit") is { } number ? number.AsInteger(1, MostGroups) : DefaultLimit;
        return root.Errors.Any
            ? null
            : new FunnelQuery(range!, zone!, filters, steps, window!.Value, (FunnelOrder)Array.IndexOf(Orders, order), groups, limit!.Value);
    }

    public override QueryPlan Plan(Instant now, QueryErrors errors)
    {
        var starts = Range.Resolve(now, Zone);
        return new FunnelPlan(this, starts, new ResolvedRange(starts.From, starts.To + Window), Source.Raw);
    }

    protected override void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var step in Steps)
        {
            json.WriteStringValue(step.Name);
            step.Pattern.Write(json);
        }

        json.WriteEndArray();
        json.WriteNumberValue((long)Window.TotalSeconds);
        json.WriteStringValue(Orders[(int)Order]);
        Canonicals.Write(json, GroupBy);
        json.WriteNumberValue(GroupBy.Count == 0 ? 0 : Limit);
    }

    private static List<FunnelStep> ReadSteps(QueryNode query)
    {
        var steps = new List<FunnelStep>();
        var given = query.Required("steps", "2 to 10 of them, e.g. [{\"type\":\"signup\"},{\"type\":\"order.paid\"}].");
        foreach (var node in given?.AsArray(2, MostSteps) ?? [])
            if (node.AsObject(StepMembers) is { } step && EventPattern.ReadMembers(step) is { } pattern)
                steps.Add(new FunnelStep(pattern, (step.Member("as") is { } name ? Measure.ReadAlias(name) : null) ?? pattern.Name));
        return steps;
    }
}
