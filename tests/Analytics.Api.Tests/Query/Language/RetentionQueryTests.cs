using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Tests.Query.Language;

public sealed class RetentionQueryTests
{
    private const string Start = """ "start":{"type":"signup"} """;

    [Theory]
    [InlineData("{}", "/range", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"}}""", "/start", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"start":"signup"}""", "/start", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"start":{"as":"x"}}""", "/start/as", QueryErrorCodes.UnknownMember)]
    [InlineData("""{"range":{"last":"7d"},"start":{},"return":{"type":[1]}}""", "/return/type/0", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"start":{},"interval":"hour"}""", "/interval", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"start":{},"periods":0}""", "/periods", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"start":{},"periods":61}""", "/periods", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"start":{},"mode":"unbounded"}""", "/mode", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"start":{},"cohort":"all"}""", "/cohort", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"start":{},"groupBy":["type","source"]}""", "/groupBy", QueryErrorCodes.TooMany)]
    [InlineData("""{"range":{"last":"7d"},"start":{},"groupBy":["time"]}""", "/groupBy/0", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"start":{},"timezone":"Mars"}""", "/timezone", QueryErrorCodes.UnknownValue)]
    public void Says_what_is_wrong_and_where(string json, string at, string code) => Refusals.Check(QueryKinds.Retention, json, at, code);

    [Theory]
    [InlineData(""" "return":{"type":["signup"]} """)]
    [InlineData(""" "interval":"day","periods":7,"mode":"bounded","cohort":"first","limit":3,"groupBy":[] """)]
    public void Spelled_out_defaults_are_the_same_question(string more) => Assert.Equal(Canonical(Start), Canonical($"{more},{Start}"));

    [Theory]
    [InlineData(""" "return":{} """)]
    [InlineData(""" "interval":"week" """)]
    [InlineData(""" "periods":8 """)]
    [InlineData(""" "mode":"rolling" """)]
    [InlineData(""" "cohort":"any" """)]
    [InlineData(""" "groupBy":["type"] """)]
    public void Other_members_make_another_question(string more) => Assert.NotEqual(Canonical(Start), Canonical($"{more},{Start}"));

    [Fact]
    public void Too_many_rows_are_refused_with_the_limit()
    {
        var errors = new QueryErrors();

        var plan = Refusals.Accepted(QueryKinds.Retention, """{"range":{"last":"12M"},"start":{},"periods":60,"groupBy":["type"],"limit":100}""").Plan(Instant.FromUtc(2026, 11, 24, 0, 0), errors);

        Assert.Null(plan);
        var error = Assert.Single(errors.All);
        Assert.Equal(("/periods", QueryErrorCodes.TooMany), (error.Pointer, error.Code));
        Assert.Contains("100000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_read_ends_with_the_last_period_or_never()
    {
        Assert.Equal(Instant.FromUtc(2026, 12, 8, 23, 0), Plan(""" "timezone":"Europe/Berlin" """).Range.To);
        Assert.Equal(TimeRange.Latest, Plan(""" "mode":"rolling" """).Range.To);
        Assert.Equal(TimeRange.Earliest, Plan(""" "cohort":"new" """).Range.From);
    }

    [Fact]
    public void The_first_start_and_exactly_the_periods()
    {
        var statement = RetentionSql.Groups(Plan(""" "return":{"type":"paid"},"groupBy":["source"],"limit":5 """), "acme");

        Assert.Equal(
            """
            SELECT g0, groupArray(cohort), groupArray(period), groupArray(subjects)
            FROM
            (
                SELECT start.3.1 AS g0, start.1 AS cohort, arrayJoin(arrayConcat([-1], if(start.2, [0], []), arrayMap(r -> r - start.1, arrayFilter(r -> r > start.1 AND r <= start.1 + 7, returns)))) AS period, count() AS subjects
                FROM
                (
                    SELECT
                        arrayJoin([argMinIf((bucket, at_once, started_as), bucket, started)]) AS start,
                        groupArrayIf(bucket, returned) AS returns
                    FROM
                    (
                        SELECT
                            subject,
                            bucket,
                            max(is_start) AS started,
                            max(is_return) AS returned,
                            started AND returned AND maxIf(time, is_return) >= minIf(time, is_start) AS at_once,
                            argMinIf(tuple(g0), (time, kafka_partition, kafka_offset), is_start) AS started_as
                        FROM
                        (
                            SELECT
                                subject,
                                time,
                                kafka_partition,
                                kafka_offset,
                                source AS g0,
                                intDiv(toUnixTimestamp(time) - {start:Int64}, {width:Int64}) AS bucket,
                                (type IN {p6:Array(String)}) AND time < fromUnixTimestamp64Milli({starts_to:Int64}) AS is_start,
                                (type IN {p8:Array(String)}) AS is_return
                            FROM events
                            WHERE tenant = {tenant:String}
                              AND time >= fromUnixTimestamp64Milli({from:Int64})
                              AND time < fromUnixTimestamp64Milli({to:Int64})
                              AND (subject != '')
                              AND (type IN {p3:Array(String)})
                        )
                        WHERE is_start OR is_return
                        GROUP BY subject, bucket
                    )
                    GROUP BY subject
                    HAVING max(started)
                )
                GROUP BY g0, cohort, period
            )
            GROUP BY g0
            ORDER BY sumIf(subjects, period = -1) DESC, g0 ASC NULLS LAST
            LIMIT 5
            """.ReplaceLineEndings("\n"), statement.Sql);
        Assert.Equal("acme", statement.Parameters.Value("tenant"));
        Assert.Equal("['signup','paid']", statement.Parameters.Value("p3"));
    }

    [Fact]
    public void Every_start_of_new_subjects_and_any_later_period()
    {
        var any = RetentionSql.Groups(Plan(""" "cohort":"any","mode":"rolling" """), "acme").Sql;
        var @new = RetentionSql.Groups(Plan(""" "cohort":"new" """), "acme").Sql;

        Assert.Contains("arrayJoin(groupArrayIf((bucket, at_once), started)) AS start", any, StringComparison.Ordinal);
        Assert.Contains("maxIf(bucket, returned) AS returns", any, StringComparison.Ordinal);
        Assert.Contains("arrayJoin(if(returns > start.1, [-1, least(returns - start.1, 7)], if(start.2, [-1, 0], [-1]))) AS period", any, StringComparison.Ordinal);
        Assert.Contains("if(time < fromUnixTimestamp64Milli({starts_from:Int64}), -1, ", @new, StringComparison.Ordinal);
        Assert.Contains("    WHERE start.1 >= 0\n    GROUP BY cohort, period\n)", @new, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_word_of_the_query_that_is_not_ours_is_a_parameter()
    {
        const string hostile = "x'); DROP TABLE events; --";

        var sql = RetentionSql.Groups(Plan($$"""
            "return":{"type":"{{hostile}}","filters":[{"field":"data.{{hostile}}","op":"eq","value":"{{hostile}}"}]},"groupBy":["data.{{hostile}}"]
            """), hostile).Sql;

        Assert.DoesNotContain("DROP", sql, StringComparison.Ordinal);
    }

    private static string Canonical(string members) => Refusals.Accepted(QueryKinds.Retention, $"{{\"range\":{{\"last\":\"7d\"}},{members}}}").Canonical();

    private static RetentionPlan Plan(string members) => (RetentionPlan)Refusals.Accepted(
        QueryKinds.Retention, $"{{\"range\":{{\"from\":\"2026-11-01T00:00:00Z\",\"to\":\"2026-12-01T00:00:00Z\"}},{Start},{members}}}").Plan(Instant.FromUtc(2026, 11, 24, 0, 0), new QueryErrors())!;
}
