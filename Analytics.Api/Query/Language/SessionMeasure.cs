namespace Analytics.Api.Query.Language;

/// <summary>What can be said about sessions. Lengths are seconds from the first event to the last; 0 for a session of one event.</summary>
/// <param name="Sql">Aggregate over rows of <see cref="SessionSql.Sessions"/>; what is no session counts only as <c>outside</c>.</param>
/// <param name="Empty">JSON of the value where there is no session.</param>
internal sealed record SessionMeasure(string Name, ColumnType Type, Func<bool, string> Sql, string Empty)
{
    public const string Outside = "eventsOutside";

    private static readonly string IsSession = $"kind < {SessionSql.Outside}";

    private static readonly SessionMeasure[] All =
    [
        new("sessions", ColumnType.Integer, _ => Count, "0"),
        new("medianLength", ColumnType.Number, isTuple => $"quantileExactInclusiveIf(0.5)({Length(isTuple)}, {IsSession})", "null"),
        new("p90Length", ColumnType.Number, isTuple => $"quantileExactInclusiveIf(0.9)({Length(isTuple)}, {IsSession})", "null"),
        new("eventsPerSession", ColumnType.Number, _ => $"avgIf(length(s), {IsSession})", "null"),
        new("bounceRate", ColumnType.Number, _ => $"countIf({IsSession} AND length(s) = 1) / {Count}", "null"),
        new(Outside, ColumnType.Integer, _ => $"countIf(kind = {SessionSql.Outside})", "0"),
    ];

    private static readonly string[] Names = [.. All.Select(measure => measure.Name)];

    /// <summary>By which groups are ranked.</summary>
    public static string Count => $"countIf({IsSession})";

    public static IReadOnlyList<SessionMeasure> ReadAll(QueryNode? node)
    {
        if (node is not { } given)
            return All;

        var measures = new List<SessionMeasure>();
        foreach (var element in given.AsArray(1, All.Length) ?? [])
        {
            if (element.AsWord(Names) is not { } name)
                continue;
            var measure = All.First(known => known.Name == name);
            if (measures.Contains(measure))
                element.Refuse(QueryErrorCodes.Conflict, "The measure is there twice.");
            measures.Add(measure);
        }

        return measures;
    }

    private static string Length(bool isTuple) => $"({SessionSql.Time("s[-1]", isTuple)} - {SessionSql.Time("s[1]", isTuple)}) / 1000";
}
