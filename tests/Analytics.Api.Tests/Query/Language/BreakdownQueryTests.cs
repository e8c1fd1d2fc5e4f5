using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Tests.Query.Language;

public sealed class BreakdownQueryTests
{
    private const string Full = """{"range":{"from":"2026-11-01T00:00:00Z","to":"2026-12-01T00:00:00Z"},"groupBy":["type","subject"],"limit":3,"measures":[{"op":"unique","field":"sessionid"},{"op":"min","field":"time"}]}""";

    [Theory]
    [InlineData("""{"range":{"last":"7d"}}""", "/groupBy", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":[]}""", "/groupBy", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":"type"}""", "/groupBy", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["type"],"other":1}""", "/other", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["type"],"limit":1001}""", "/limit", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["type"],"interval":"day"}""", "/interval", QueryErrorCodes.UnknownMember)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["type"],"measures":[{"op":"count","as":"other"}]}""", "/measures", QueryErrorCodes.Conflict)]
    public void Says_what_is_wrong_and_where(string json, string at, string code) => Refusals.Check(QueryKinds.Breakdown, json, at, code);

    [Fact]
    public void The_top_groups()
    {
        Assert.Equal(
            """
            SELECT type AS g0, nullIf(subject, '') AS g1, false, uniqExact(nullIf(sessionid, '')) AS m0, concat(replaceOne(toString(min(time)), ' ', 'T'), 'Z') AS m1
            FROM events
            WHERE tenant = {tenant:String}
              AND time >= fromUnixTimestamp64Milli({from:Int64})
              AND time < fromUnixTimestamp64Milli({to:Int64})
            GROUP BY g0, g1
            ORDER BY uniqExact(nullIf(sessionid, '')) DESC NULLS LAST, g0 ASC NULLS LAST, g1 ASC NULLS LAST
            LIMIT 3
            """.ReplaceLineEndings("\n"), BreakdownSql.TopGroups(Plan(Full), "acme").Sql);
    }

    [Fact]
    public void The_others()
    {
        var statement = BreakdownSql.Others(Plan(Full), "acme", [["a", null]]);

        Assert.Matches(
            """
            ^SELECT NULL, NULL, true, uniqExact\(nullIf\(sessionid, ''\)\) AS m0, [^\n]+ AS m1
            FROM events
            WHERE tenant = \{tenant:String\}
              AND time >= [^\n]+
              AND time < [^\n]+
              AND NOT \(isNull\(type\), ifNull\(type, ''\), isNull\(nullIf\(subject, ''\)\), ifNull\(nullIf\(subject, ''\), ''\)\) IN \{p\d:Array\(Tuple\(UInt8, String, UInt8, String\)\)\}
            HAVING count\(\) > 0$
            """.ReplaceLineEndings("\n"), statement.Sql);
        Assert.Contains("[(0,'a',1,'')]", statement.Parameters.All.Select(parameter => parameter.Value));
    }

    [Theory]
    [InlineData("\"limit\":3", "\"limit\":4")]
    [InlineData("\"limit\":3", "\"limit\":3,\"other\":false")]
    [InlineData("\"subject\"]", "\"source\"]")]
    public void Different_questions_have_different_forms(string part, string changed)
    {
        Assert.NotEqual(Read(Full).Canonical(), Read(Full.Replace(part, changed, StringComparison.Ordinal)).Canonical());
        Assert.Equal(Read(Full).Canonical(), Read(Full.Replace("\"limit\":3", "\"other\":true,\"limit\":3,\"timezone\":\"UTC\"", StringComparison.Ordinal)).Canonical());
    }

    private static BreakdownPlan Plan(string json) =>
        (BreakdownPlan)Read(json).Plan(Instant.FromUtc(2026, 11, 24, 0, 0), new QueryErrors())!;

    private static Question Read(string json) => Refusals.Accepted(QueryKinds.Breakdown, json);
}
