using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Cuts events into sessions. Events with the same <c>sessionid</c> are one session, however long it pauses and whosever events they are.
/// Those without are a session of their subject, which ends with a pause longer than the gap. Those with neither are in none.
/// Only sessions that begin within the range count, and only their events before its end. To know where they began, the events of one gap
/// before the range are read too.
/// </summary>
internal static class SessionSql
{
    /// <summary>Column <c>kind</c> of a session: by its id, by its subject, or an event outside of all sessions.</summary>
    public const int ById = 0, BySubject = 1, Outside = 2;

    private const string Milliseconds = "toUnixTimestamp64Milli(time)";

    /// <summary>The time whose events are read for the sessions of a range.</summary>
    public static ResolvedRange Read(ResolvedRange range, Duration gap) => range with { From = Instant.Max(TimeRange.Earliest, range.From - gap) };

    /// <summary>Milliseconds of an event of a session: of tuples the first element, else the event itself.</summary>
    public static string Time(string item, bool isTuple) => isTuple ? $"{item}.1" : item;

    /// <summary>An event as a tuple that sorts by time, then by its place in the log.</summary>
    public static string Item(IReadOnlyList<string> extras) => $"({GroupSql.List([Milliseconds, "kafka_partition", "kafka_offset", .. extras])})";

    /// <summary>
    /// A subquery with the columns <c>kind</c> and <c>s</c>: the session's events in order, ties by their place in the log. Each is its time in
    /// milliseconds or, with <paramref name="extras"/>, the tuple (time, partition, offset, extras...).
    /// </summary>
    /// <param name="outside">Whether events outside of all sessions are wanted too, each as if it were one.</param>
    public static string Sessions(
        string tenant, Question question, ResolvedRange range, Duration gap, Source source,
        IReadOnlyList<string> extras, IEnumerable<string> conditions, bool outside, SqlParameters parameters)
    {
        var isTuple = extras.Count > 0;
        var where = string.Join("\n  AND ", conditions
            .Prepend(Where.Of(tenant, Read(range, gap), question.Filters, parameters))
            .Concat(outside ? [] : ["(sessionid != '' OR subject != '')"]));
        var (time, before) = (Time("e", isTuple), Time("p", isTuple));
        return $$"""
            (
                SELECT kind, s
                FROM
                (
                    SELECT
                        multiIf(sessionid != '', {{ById}}, subject != '', {{BySubject}}, {{Outside}}) AS kind,
                        multiIf(kind = {{ById}}, sessionid, kind = {{BySubject}}, subject, '') AS who,
                        arraySort(groupArray({{(isTuple ? Item(extras) : Milliseconds)}})) AS line
                    FROM {{source.Table}}
                    WHERE {{where.Replace("\n", "\n        ", StringComparison.Ordinal)}}
                    GROUP BY kind, who
                )
                ARRAY JOIN multiIf(
                    kind = {{ById}}, [line],
                    kind = {{BySubject}}, arraySplit((e, p) -> {{time}} - {{before}} > {{parameters.Integer((long)gap.TotalMilliseconds, "gap")}}, line, arrayPushFront(arrayPopBack(line), line[1])),
                    arrayMap(e -> [e], line)) AS s
                WHERE {{Time("s[1]", isTuple)}} >= {{parameters.Integer(range.FromMs, "begin")}}
            )
            """;
    }
}
