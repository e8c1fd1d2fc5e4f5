using System.Text.RegularExpressions;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Tests.Query.Language;

/// <summary>The text of every statement, as a database administrator would see it.</summary>
public sealed partial class TimeseriesSqlTests
{
    private const string Grouped = """
        {"range":{"from":"2026-11-01T00:00:00Z","to":"2026-12-01T00:00:00Z"},"interval":"day",
         "measures":[{"op":"count"},{"op":"unique","field":"subject"},{"op":"p95","field":"data.durationMs"},{"op":"sum","field":"data.amount"}],
         "filters":[{"field":"type","op":"in","value":["order.paid","order.refunded"]},{"field":"data.country","op":"eq","value":"DE"}],
         "groupBy":["data.plan"]}
        """;

    [Fact]
    public void The_top_groups()
    {
        var statement = TimeseriesSql.TopGroups(Plan(Grouped), "acme");

        Assert.Equal(
            """
            SELECT ifNull(strings[{p0:String}], toString(numbers[{p0:String}])) AS g0
            FROM events
            WHERE tenant = {tenant:String}
              AND time >= fromUnixTimestamp64Milli({from:Int64})
              AND time < fromUnixTimestamp64Milli({to:Int64})
              AND (type IN {p4:Array(String)})
              AND ifNull(strings[{p5:String}] = {p6:String}, false)
            GROUP BY g0
            ORDER BY count() DESC NULLS LAST, g0 ASC NULLS LAST
            LIMIT 10
            """.ReplaceLineEndings("\n"), Renumbered(statement));
        Assert.Equal("acme", statement.Parameters.Value("tenant"));
    }

    [Fact]
    public void The_values_by_bucket()
    {
        var statement = TimeseriesSql.Values(Plan(Grouped.Replace("\"groupBy\"", "\"limit\":2,\"groupBy\"", StringComparison.Ordinal)), "acme", [["pro"], [null]]);

        Assert.Matches(
            """
            ^SELECT intDiv\(toUnixTimestamp\(time\) - \{start:Int64\}, \{width:Int64\}\) AS bucket, ifNull\(strings\[\{p\d+:String\}\], .+\) AS g0, count\(\) AS m0, uniqExact\(nullIf\(subject, ''\)\) AS m1, quantileExactInclusive\(0.95\)\(numbers\[\{p\d+:String\}\]\) AS m2, ifNull\(sum\(numbers\[\{p\d+:String\}\]\), 0\) AS m3
            FROM events
            WHERE tenant = \{tenant:String\}
              AND time >= [^\n]+
              AND time < [^\n]+
              AND [^\n]+
              AND [^\n]+
              AND \(ifNull\([^\n]+ IN \{p\d+:Array\(String\)\}, false\) OR isNull\([^\n]+\)\)
            GROUP BY bucket, g0
            ORDER BY bucket$
            """.ReplaceLineEndings("\n"), statement.Sql);
    }

    [Fact]
    public void Groups_that_are_all_there_need_no_condition()
    {
        var statement = TimeseriesSql.Values(Plan(Grouped), "acme", [["pro"], [null]]);

        Assert.DoesNotContain("isNull", statement.Sql, StringComparison.Ordinal);
    }

    [Fact]
    public void Clock_changes_are_searched_instead_of_divided()
    {
        var plan = Plan("""{"range":{"from":"2026-10-20T00:00:00Z","to":"2026-10-28T00:00:00Z"},"interval":"day","timezone":"Europe/Berlin"}""");

        var statement = TimeseriesSql.Values(plan, "acme", []);

        Assert.StartsWith("SELECT roundDown(toInt64(toUnixTimestamp(time)), {starts:Array(Int64)}) AS bucket, sum(events) AS m0\n", statement.Sql, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_and_subjects_by_type_come_from_the_rollups_and_the_edges_from_the_events()
    {
        var plan = Plan("""
            {"range":{"from":"2026-11-01T09:13:00Z","to":"2026-11-30T12:00:00Z"},"interval":"day",
             "measures":[{"op":"count"},{"op":"unique","field":"subject"}],"filters":[{"field":"type","op":"eq","value":"order.paid"}],"groupBy":["type"]}
            """);

        var statement = TimeseriesSql.TopGroups(plan, "acme");

        Assert.Equal("rollup", plan.Source.Word);
        Assert.Equal(
            """
            SELECT type AS g0
            FROM (
                SELECT type, start AS time, events, subjects
                FROM rollups
                WHERE tenant = {tenant:String}
                  AND ((grain = 'hour' AND start >= toDateTime(P, 'UTC') AND start < toDateTime(P, 'UTC')) OR (grain = 'day' AND start >= toDateTime(P, 'UTC') AND start < toDateTime(P, 'UTC')) OR (grain = 'hour' AND start >= toDateTime(P, 'UTC') AND start < toDateTime(P, 'UTC')))
                  AND (type = P)
                UNION ALL
                SELECT type, toStartOfHour(time) AS hour, toInt64(count()), uniqExactState(nullIf(subject, ''))
                FROM events
                WHERE tenant = {tenant:String}
                  AND (time >= fromUnixTimestamp64Milli(P) AND time < fromUnixTimestamp64Milli(P))
                  AND (type = P)
                GROUP BY type, hour
            )
            GROUP BY g0
            ORDER BY sum(events) DESC NULLS LAST, g0 ASC NULLS LAST
            LIMIT 10
            """.ReplaceLineEndings("\n"), Placeholder().Replace(statement.Sql, "P"));
    }

    [Fact]
    public void The_page_of_events()
    {
        var query = new EventListQuery(null, [], 100, null);

        var statement = EventListSql.Page(query, null, new EventPosition(5, 1, 2), "acme");

        Assert.Equal(
            """
            SELECT id, type, source, subject, toUnixTimestamp64Milli(time), sessionid, traceid, data, extensions,
                   toUnixTimestamp64Milli(received), kafka_partition, kafka_offset
            FROM events
            WHERE tenant = {tenant:String}
              AND time <= fromUnixTimestamp64Milli({cursor_time:Int64})
              AND (time, kafka_partition, kafka_offset) < (fromUnixTimestamp64Milli({cursor_time:Int64}), {cursor_partition:Int64}, {cursor_offset:Int64})
            ORDER BY time DESC, kafka_partition DESC, kafka_offset DESC
            LIMIT 101
            """.ReplaceLineEndings("\n"), statement.Sql);
    }

    [Theory]
    [InlineData("""{"field":"data.x","op":"eq","value":"a"}""", "ifNull(strings[P] = P, false)")]
    [InlineData("""{"field":"data.x","op":"ne","value":1}""", "NOT ifNull(numbers[P] = P, false)")]
    [InlineData("""{"field":"data.x","op":"gt","value":1}""", "ifNull(numbers[P] > P, false)")]
    [InlineData("""{"field":"data.x","op":"absent"}""", "NOT (isNotNull(strings[P]) OR isNotNull(numbers[P]))")]
    [InlineData("""{"field":"data.x","op":"eq","value":true}""", "(ifNull(strings[P] = P, false) AND (JSONType(data, P) = 'Bool'))")]
    [InlineData("""{"field":"subject","op":"exists"}""", "(subject != '')")]
    [InlineData("""{"field":"subject","op":"lt","value":"m"}""", "(subject < P AND subject != '')")]
    [InlineData("""{"field":"type","op":"startsWith","value":"order."}""", "(startsWith(type, P))")]
    [InlineData("""{"field":"received","op":"gte","value":"2026-01-01T00:00:00Z"}""", "(received >= fromUnixTimestamp64Milli(P))")]
    [InlineData("""{"field":"data.x","op":"in","value":["a","b",1]}""", "(ifNull(strings[P] IN P, false) OR ifNull(numbers[P] IN P, false))")]
    public void A_filter(string filter, string expected)
    {
        var query = TimeseriesQueryTests.Read($$"""{"range":{"last":"1d"},"filters":[{{filter}}]}""");

        var sql = new FieldSql(new SqlParameters()).Condition(query.Filters[0]);

        Assert.Equal(expected, Placeholder().Replace(sql, "P"));
    }

    [Fact]
    public void Every_word_of_the_query_that_is_not_ours_is_a_parameter()
    {
        const string hostile = "x'); DROP TABLE events; --";
        var plan = Plan($$"""
            {"range":{"last":"1d"},"measures":[{"op":"sum","field":"data.{{hostile}}","as":"{{hostile}}"}],"groupBy":["data.{{hostile}}","subject"],
             "filters":[{"field":"data.{{hostile}}","op":"contains","value":"{{hostile}}"},{"field":"id","op":"in","value":["{{hostile}}"]}]}
            """);

        string[] texts = [TimeseriesSql.TopGroups(plan, hostile).Sql, TimeseriesSql.Values(plan, hostile, [[hostile, null]]).Sql];

        Assert.All(texts, sql => Assert.DoesNotContain("DROP", sql, StringComparison.Ordinal));
        Assert.All(texts, sql => Assert.Contains("WHERE tenant = {tenant:String}\n", sql, StringComparison.Ordinal));
    }

    private static TimeseriesPlan Plan(string json) =>
        Planner.Plan(TimeseriesQueryTests.Read(json), Instant.FromUtc(2026, 11, 24, 0, 0), new QueryErrors())!;

    // Numbers of parameters follow their order of use, which no reader cares about.
    private static string Renumbered(Statement statement)
    {
        var numbers = new Dictionary<string, string>();
        string[] names = ["p0", "p4", "p5", "p6"];
        return Regex.Replace(statement.Sql, @"\{(p\d+):", match =>
            $"{{{(numbers.TryGetValue(match.Groups[1].Value, out var name) ? name : numbers[match.Groups[1].Value] = names[numbers.Count])}:");
    }

    [GeneratedRegex(@"\{p\d+:[^}]+\}")]
    private static partial Regex Placeholder();
}
