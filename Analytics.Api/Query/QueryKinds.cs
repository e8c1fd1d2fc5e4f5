using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>A kind of question.</summary>
/// <param name="Name">Last segment of its route, and <c>kind</c> in saved queries and exports.</param>
/// <param name="Read">Reads it from JSON; null after errors, which are in the node's list.</param>
internal sealed record QueryKind(string Name, Func<QueryNode, Question?> Read);

/// <summary>Table of contents: every kind of question there is.</summary>
internal static class QueryKinds
{
    public static readonly QueryKind Timeseries = new("timeseries", TimeseriesQuery.Read);
    public static readonly QueryKind Funnel = new("funnel", FunnelQuery.Read);
    public static readonly QueryKind Retention = new("retention", RetentionQuery.Read);

    public static readonly QueryKind Breakdown = new("breakdown", BreakdownQuery.Read);

    public static readonly QueryKind Values = new("values", ValuesQuery.Read);

    public static readonly QueryKind Sessions = new("sessions", SessionsQuery.Read);

    public static readonly QueryKind Paths = new("paths", PathsQuery.Read);

    public static readonly IReadOnlyList<QueryKind> All =
    [
        Timeseries,
        Breakdown,
        Values,
        Sessions,
        Funnel,
        Retention,
        Paths,
    ];

    public static readonly string[] Names = [.. All.Select(kind => kind.Name)];

    public static QueryKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);
}
