using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Tests.Query.Language;

public sealed class SessionsQueryTests
{
    private const string Full = """{"range":{"from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z"},"interval":"day","groupBy":["type"],"measures":["sessions","medianLength"],"gap":"10m"}""";

    [Theory]
    [InlineData("""{"range":{"last":"7d"},"gap":"2d"}""", "/gap", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"gap":"0m"}""", "/gap", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"gap":"30"}""", "/gap", QueryErrorCodes.InvalidValue)]
    [InlineData("""{"range":{"last":"7d"},"gap":30}""", "/gap", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"measures":["count"]}""", "/measures/0", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"measures":["sessions","sessions"]}""", "/measures/1", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7d"},"measures":[]}""", "/measures", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"interval":"year"}""", "/interval", QueryErrorCodes.UnknownValue)]
    public void Says_what_is_wrong_and_where(string json, string at, string code) => Refusals.Check(QueryKinds.Sessions, json, at, code);

    [Fact]
    public void Too_many_buckets_are_refused()
    {
        var errors = new QueryErrors();

        Assert.Null(Refusals.Accepted(QueryKinds.Sessions, """{"range":{"last":"90d"},"interval":"minute"}""").Plan(Instant.FromUtc(2026, 11, 24, 0, 0), errors));

        Assert.Equal("/interval", Assert.Single(errors.All).Pointer);
    }

    [Fact]
    public void Groups_and_buckets_take_one_pass_over_the_events()
    {
        var plan = (SessionsPlan)Refusals.Accepted(QueryKinds.Sessions, Full).Plan(Instant.FromUtc(2026, 11, 24, 0, 0), new QueryErrors())!;

        var statement = SessionsSql.Of(plan, "acme");

        Assert.Equal(
            """
            SELECT bucket, g0, m0, m1
            FROM
            (
                SELECT *, dense_rank() OVER (ORDER BY total DESC, g0 ASC NULLS LAST) AS rank
                FROM
                (
                    SELECT intDiv(intDiv(s[1].1, 1000) - {start:Int64}, {width:Int64}) AS bucket, s[1].4 AS g0, countIf(kind < 2) AS m0, quantileExactInclusiveIf(0.5)((s[-1].1 - s[1].1) / 1000, kind < 2) AS m1, sum(countIf(kind < 2)) OVER (PARTITION BY g0) AS total
                    FROM (
                        SELECT kind, s
                        FROM
                        (
                            SELECT
                                multiIf(sessionid != '', 0, subject != '', 1, 2) AS kind,
                                multiIf(kind = 0, sessionid, kind = 1, subject, '') AS who,
                                arraySort(groupArray((toUnixTimestamp64Milli(time), kafka_partition, kafka_offset, type))) AS line
                            FROM events
                            WHERE tenant = {tenant:String}
                              AND time >= fromUnixTimestamp64Milli({from:Int64})
                              AND time < fromUnixTimestamp64Milli({to:Int64})
                              AND (sessionid != '' OR subject != '')
                            GROUP BY kind, who
                        )
                        ARRAY JOIN multiIf(
                            kind = 0, [line],
                            kind = 1, arraySplit((e, p) -> e.1 - p.1 > {gap:Int64}, line, arrayPushFront(arrayPopBack(line), line[1])),
                            arrayMap(e -> [e], line)) AS s
                        WHERE s[1].1 >= {begin:Int64}
                    )
                    GROUP BY bucket, g0
                )
            )
            WHERE rank <= 10
            ORDER BY rank, bucket
            """.ReplaceLineEndings("\n"), statement.Sql);
        Assert.Equal("600000", statement.Parameters.Value("gap"));
    }

    [Fact]
    public void Spelled_out_defaults_are_the_same_question()
    {
        var plain = Refusals.Accepted(QueryKinds.Sessions, """{"range":{"last":"7d"}}""");
        var full = Refusals.Accepted(
            QueryKinds.Sessions,
            """{"gap":"1800s","limit":10,"groupBy":[],"measures":["sessions","medianLength","p90Length","eventsPerSession","bounceRate","eventsOutside"],"range":{"last":"7d"}}""");

        Assert.Equal(plain.Canonical(), full.Canonical());
        Assert.NotEqual(plain.Canonical(), Refusals.Accepted(QueryKinds.Sessions, """{"range":{"last":"7d"},"gap":"31m"}""").Canonical());
    }
}
