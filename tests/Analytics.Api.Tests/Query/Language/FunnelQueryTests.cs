using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Tests.Query.Language;

public sealed class FunnelQueryTests
{
    private const string Steps = """ "steps":[{"type":"signup"},{"type":"paid"}] """;

    [Theory]
    [InlineData("{}", "/range", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"}}""", "/steps", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"steps":{}}""", "/steps", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"steps":[{"type":"a"}]}""", "/steps", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"steps":[{},{},{},{},{},{},{},{},{},{},{}]}""", "/steps", QueryErrorCodes.TooMany)]
    [InlineData("""{"range":{"last":"7d"},"steps":[{"type":"a"},"b"]}""", "/steps/1", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"steps":[{"type":"a"},{"name":"b"}]}""", "/steps/1/name", QueryErrorCodes.UnknownMember)]
    [InlineData("""{"range":{"last":"7d"},"steps":[{"type":5},{"type":"b"}]}""", "/steps/0/type", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"steps":[{"type":""},{"type":"b"}]}""", "/steps/0/type", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"7d"},"steps":[{"type":"a"},{"type":[]}]}""", "/steps/1/type", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"steps":[{"type":"a"},{"type":["b",null]}]}""", "/steps/1/type/1", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"steps":[{"type":"a"},{"type":"b","as":""}]}""", "/steps/1/as", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"7d"},"steps":[{"type":"a"},{"filters":[{"field":"x","op":"exists"}]}]}""", "/steps/1/filters/0/field", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"window":"7","steps":[{},{}]}""", "/window", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"7d"},"window":"1M","steps":[{},{}]}""", "/window", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"7d"},"window":7,"steps":[{},{}]}""", "/window", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"window":"0s","steps":[{},{}]}""", "/window", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"window":"91d","steps":[{},{}]}""", "/window", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"order":"any","steps":[{},{}]}""", "/order", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["type","subject","id"],"steps":[{},{}]}""", "/groupBy", QueryErrorCodes.TooMany)]
    [InlineData("""{"range":{"last":"7d"},"limit":0,"steps":[{},{}]}""", "/limit", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"interval":"day","steps":[{},{}]}""", "/interval", QueryErrorCodes.UnknownMember)]
    public void Says_what_is_wrong_and_where(string json, string at, string code) => Refusals.Check(QueryKinds.Funnel, json, at, code);

    [Theory]
    [InlineData(""" "window":"14d" """)]
    [InlineData(""" "window":"336h","order":"ordered","limit":99,"filters":[],"timezone":"UTC" """)]
    public void Spelled_out_defaults_are_the_same_question(string more) => Assert.Equal(Canonical(Steps), Canonical($"{more},{Steps}"));

    [Fact]
    public void A_type_given_twice_or_in_another_order_is_the_same_question() => Assert.Equal(
        Canonical(""" "steps":[{"type":["a","b"],"as":"x"},{"type":["c"]}] """), Canonical(""" "steps":[{"as":"x","type":["b","a","b"],"filters":[]},{"type":"c"}] """));

    [Theory]
    [InlineData(""" "window":"13d" """)]
    [InlineData(""" "order":"strict" """)]
    [InlineData(""" "groupBy":["type"] """)]
    [InlineData(""" "timezone":"Europe/Berlin" """)]
    public void Other_members_make_another_question(string more) => Assert.NotEqual(Canonical(Steps), Canonical($"{more},{Steps}"));

    [Fact]
    public void The_order_and_the_names_of_steps_matter()
    {
        string[] all = [Canonical(Steps), Canonical(""" "steps":[{"type":"paid"},{"type":"signup"}] """), Canonical(""" "steps":[{"type":"signup","as":"x"},{"type":"paid"}] """)];

        Assert.Distinct(all);
    }

    [Fact]
    public void In_order()
    {
        var statement = FunnelSql.Groups(Plan("""
            "steps":[{"type":"a"},{"type":["b","c"],"filters":[{"field":"data.x","op":"exists"}]},{"type":"a"}],"groupBy":["source"],"limit":5,"window":"1h"
            """), "acme");

        Assert.Equal(
            """
            WITH toInt64(9223372036854775807) AS never
            SELECT
                g0,
                count() AS n1,
                countIf(reach >= 2) AS n2,
                countIf(reach >= 3) AS n3,
                quantileExactInclusiveIf(0.5)(attempt.2 - attempt.1, reach >= 2) / 1000 AS previous2,
                quantileExactInclusiveIf(0.5)(attempt.3 - attempt.2, reach >= 3) / 1000 AS previous3,
                quantileExactInclusiveIf(0.5)(attempt.2 - attempt.1, reach >= 2) / 1000 AS first2,
                quantileExactInclusiveIf(0.5)(attempt.3 - attempt.1, reach >= 3) / 1000 AS first3
            FROM
            (
                SELECT
                    arrayMap(a -> 1 + (a.2 - a.1 <= {window:Int64}) + (a.3 - a.1 <= {window:Int64}), attempts) AS reaches,
                    arrayMax(reaches) AS reach,
                    attempts[indexOf(reaches, reach)] AS attempt,
                    arrayFirst(s -> s.1 = attempt.4, starts).2 AS g0
                FROM
                (
                    SELECT
                        arrayMap((t, s) -> if(bitTest(s, 2), tuple(t), tuple(never)), times, steps) AS from3,
                        arrayMap((t, s, n) -> if(bitTest(s, 1), tuple(t, n.1), tuple(never, never)), times, steps, arrayShiftLeft(arrayReverseFill(n -> n.1 != never, from3), 1, tuple(never))) AS from2,
                        arrayFilter(a -> a.1 != never, arrayMap((e, t, s, n) -> if(bitTest(s, 0), tuple(t, n.1, n.2, e), tuple(never, never, never, e)), events, times, steps, arrayShiftLeft(arrayReverseFill(n -> n.1 != never, from2), 1, tuple(never, never)))) AS attempts,
                        starts
                    FROM
                    (
                        SELECT
                            arraySort(groupArray(event)) AS events,
                            arrayMap(e -> toInt64(bitShiftRight(e, 84)), events) AS times,
                            arrayMap(e -> toUInt16(bitAnd(e, 4095)), events) AS steps,
                            groupArrayIf((event, g0), bitTest(step, 0)) AS starts
                        FROM
                        (
                            SELECT
                                subject,
                                toUInt16(if(time < fromUnixTimestamp64Milli({starts_to:Int64}) AND (type IN {p5:Array(String)}), 1, 0) + if((type IN {p6:Array(String)}) AND (isNotNull(strings[{p7:String}]) OR isNotNull(numbers[{p7:String}])), 2, 0) + if((type IN {p5:Array(String)}), 4, 0)) AS step,
                                bitShiftLeft(toUInt128(toUnixTimestamp64Milli(time)), 84) + bitShiftLeft(toUInt128(kafka_partition), 68)
                                    + bitShiftLeft(toUInt128(kafka_offset), 12) + step AS event,
                                source AS g0
                            FROM events
                            WHERE tenant = {tenant:String}
                              AND time >= fromUnixTimestamp64Milli({from:Int64})
                              AND time < fromUnixTimestamp64Milli({to:Int64})
                              AND (subject != '')
                              AND (type IN {p3:Array(String)})
                        )
                        WHERE step != 0
                        GROUP BY subject
                        HAVING max(bitTest(step, 0)) = 1
                    )
                )
            )
            GROUP BY g0
            ORDER BY n1 DESC, g0 ASC NULLS LAST
            LIMIT 5
            """.ReplaceLineEndings("\n"), statement.Sql);
        Assert.Equal("acme", statement.Parameters.Value("tenant"));
        Assert.Equal("3600000", statement.Parameters.Value("window"));
    }

    [Fact]
    public void Strictly_every_event_of_a_subject_is_looked_at()
    {
        var sql = FunnelSql.Groups(Plan($"{Steps},\"order\":\"strict\""), "acme").Sql;

        Assert.Matches(@"AND \(subject != ''\)\n +\)", sql);
        Assert.DoesNotContain("WHERE step != 0", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("arrayReverseFill", sql, StringComparison.Ordinal);
        Assert.EndsWith("\n)", sql, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_word_of_the_query_that_is_not_ours_is_a_parameter()
    {
        const string hostile = "x'); DROP TABLE events; --";

        var sql = FunnelSql.Groups(Plan($$"""
            "steps":[{"type":"{{hostile}}","as":"{{hostile}}","filters":[{"field":"data.{{hostile}}","op":"eq","value":"{{hostile}}"}]},{}],"groupBy":["data.{{hostile}}"]
            """), hostile).Sql;

        Assert.DoesNotContain("DROP", sql, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_are_read_until_the_window_after_the_range_ends()
    {
        var plan = Plan($"{Steps},\"window\":\"2d\"");

        Assert.Equal(Instant.FromUtc(2026, 12, 1, 0, 0), plan.Starts.To);
        Assert.Equal(Instant.FromUtc(2026, 12, 3, 0, 0), plan.Range.To);
    }

    private static string Canonical(string members) => Refusals.Accepted(QueryKinds.Funnel, $"{{\"range\":{{\"last\":\"7d\"}},{members}}}").Canonical();

    private static FunnelPlan Plan(string members) => (FunnelPlan)Refusals.Accepted(
        QueryKinds.Funnel, $"{{\"range\":{{\"from\":\"2026-11-01T00:00:00Z\",\"to\":\"2026-12-01T00:00:00Z\"}},{members}}}").Plan(Instant.FromUtc(2026, 11, 24, 0, 0), new QueryErrors())!;
}
