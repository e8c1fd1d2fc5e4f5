using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Tests.Query.Language;

public sealed class PathsQueryTests
{
    [Theory]
    [InlineData("{}", "/range", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"from":{"type":"a"},"to":{"type":"b"}}""", "/to", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7d"},"from":"a"}""", "/from", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"from":null}""", "/from", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"to":{"type":[]}}""", "/to/type", QueryErrorCodes.Missing)]
    [InlineData("""{"range":{"last":"7d"},"to":{"name":"a"}}""", "/to/name", QueryErrorCodes.UnknownMember)]
    [InlineData("""{"range":{"last":"7d"},"from":{"filters":[{"field":"x","op":"exists"}]}}""", "/from/filters/0/field", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"depth":0}""", "/depth", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"depth":11}""", "/depth", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"depth":"5"}""", "/depth", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"limit":51}""", "/limit", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"field":"page"}""", "/field", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"field":"received"}""", "/field", QueryErrorCodes.UnknownField)]
    [InlineData("""{"range":{"last":"7d"},"field":["type"]}""", "/field", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"per":"user"}""", "/per", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"per":"subject","gap":"30m"}""", "/gap", QueryErrorCodes.Conflict)]
    [InlineData("""{"range":{"last":"7d"},"gap":"2d"}""", "/gap", QueryErrorCodes.OutOfRange)]
    [InlineData("""{"range":{"last":"7d"},"repeats":true}""", "/repeats", QueryErrorCodes.WrongType)]
    [InlineData("""{"range":{"last":"7d"},"repeats":"drop"}""", "/repeats", QueryErrorCodes.UnknownValue)]
    [InlineData("""{"range":{"last":"7d"},"groupBy":["type"]}""", "/groupBy", QueryErrorCodes.UnknownMember)]
    public void Says_what_is_wrong_and_where(string json, string at, string code) => Refusals.Check(QueryKinds.Paths, json, at, code);

    [Fact]
    public void Spelled_out_defaults_are_the_same_question() => Assert.Equal(
        Canonical(""), Canonical(""","depth":5,"field":"type","per":"session","gap":"1800s","repeats":"collapse","limit":10,"filters":[],"timezone":"UTC" """));

    [Fact]
    public void Other_members_make_another_question()
    {
        string[] all =
        [
            Canonical(""), Canonical(""","from":{}"""), Canonical(""","to":{}"""), Canonical(""","from":{"type":"a"}"""), Canonical(""","depth":4"""), Canonical(""","limit":4"""),
            Canonical(""","field":"source" """), Canonical(""","per":"subject" """), Canonical(""","gap":"31m" """), Canonical(""","repeats":"keep" """), Canonical(""","timezone":"Europe/Berlin" """),
        ];

        Assert.Distinct(all);
    }

    [Fact]
    public void Sessions_are_read_from_a_gap_before_the_range_and_the_cache_watches_that_time()
    {
        var early = Instant.FromUtc(2026, 10, 31, 23, 50);

        Assert.Equal(early, Plan(""","gap":"10m" """).Touched.From);
        Assert.Equal(early.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture), PathsSql.Edges(Plan(""","gap":"10m" """), "acme").Parameters.Value("from"));
        Assert.Equal(Instant.FromUtc(2026, 11, 1, 0, 0), Plan(""","per":"subject" """).Touched.From);
    }

    [Fact]
    public void From_an_event_of_a_session()
    {
        var statement = PathsSql.Edges(Plan(""","from":{"type":"a"},"depth":2,"limit":3,"gap":"10m" """), "acme");

        Assert.Equal(
            """
            SELECT
                step,
                near_node AS source,
                near_other AS other_source,
                far_node AS target,
                far_other AS other_target,
                sum(n) AS count,
                count / sum(count) OVER (PARTITION BY step) AS share,
                uniqExactMerge(who) AS subjects,
                quantileExactInclusiveMerge(0.5)(pause) / 1000 AS median
            FROM
            (
                SELECT
                    *,
                    (dense_rank() OVER (PARTITION BY step ORDER BY near_n DESC, near) > 3)::Bool AS near_other,
                    (isNotNull(far) AND dense_rank() OVER (PARTITION BY step, isNull(far) ORDER BY far_n DESC, far) > 3)::Bool AS far_other,
                    if(near_other, NULL, near) AS near_node,
                    if(far_other, NULL, far) AS far_node
                FROM
                (
                    SELECT *, sum(n) OVER (PARTITION BY step, near) AS near_n, sum(n) OVER (PARTITION BY step, far) AS far_n
                    FROM
                    (
                        SELECT
                            step,
                            here.4 AS near,
                            if(step = length, NULL, there.4) AS far,
                            count() AS n,
                            uniqExactState(here.5) AS who,
                            quantileExactInclusiveState(0.5)(if(step = length, NULL, there.1 - here.1)) AS pause
                        FROM
                        (
                            SELECT
                                arraySlice(arrayCompact(e -> e.4, arraySlice(s, arrayFirstIndex(e -> e.6, s))), 1, 3) AS path,
                                length(path) AS length,
                                arraySlice(path, 1, 2) AS nodes
                            FROM (
                                SELECT kind, s
                                FROM
                                (
                                    SELECT
                                        multiIf(sessionid != '', 0, subject != '', 1, 2) AS kind,
                                        multiIf(kind = 0, sessionid, kind = 1, subject, '') AS who,
                                        arraySort(groupArray((toUnixTimestamp64Milli(time), kafka_partition, kafka_offset, CAST(ifNull(type, ''), 'String'), nullIf(subject, ''), (type IN {p0:Array(String)})))) AS line
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
                            WHERE arrayExists(e -> e.6, s)
                        )
                        ARRAY JOIN nodes AS here, arrayResize(arrayPopFront(path), length(nodes)) AS there, arrayEnumerate(nodes) AS step
                        GROUP BY step, near, far
                    )
                )
            )
            GROUP BY step, source, other_source, target, other_target
            ORDER BY step, count DESC, source ASC NULLS LAST, other_source DESC, target ASC NULLS LAST, other_target DESC
            """.ReplaceLineEndings("\n"), statement.Sql);
        Assert.Equal("acme", statement.Parameters.Value("tenant"));
        Assert.Equal("600000", statement.Parameters.Value("gap"));
    }

    [Fact]
    public void To_an_event_of_a_subject()
    {
        var sql = PathsSql.Edges(Plan(""","to":{"type":"a"},"per":"subject","field":"data.page","repeats":"keep","filters":[{"field":"type","op":"ne","value":"b"}]"""), "acme").Sql;

        Assert.Contains(
            """
                                arraySlice(arrayReverse(arraySlice(s, 1, arrayLastIndex(e -> e.6, s))), 1, 6) AS path,
                                length(path) AS length,
                                arraySlice(path, 1, 5) AS nodes
                            FROM (
                                SELECT arraySort(groupArray((toUnixTimestamp64Milli(time), kafka_partition, kafka_offset, CAST(ifNull(ifNull(strings[{p0:String}], toString(numbers[{p0:String}])), ''), 'String'), nullIf(subject, ''), (type IN {p1:Array(String)})))) AS s
                                FROM events
                                WHERE tenant = {tenant:String}
                                  AND time >= fromUnixTimestamp64Milli({from:Int64})
                                  AND time < fromUnixTimestamp64Milli({to:Int64})
                                  AND (subject != '')
                                  AND NOT (type = {p5:String})
                                  AND (isNotNull(strings[{p0:String}]) OR isNotNull(numbers[{p0:String}]))
                                GROUP BY subject
                            )
            """.ReplaceLineEndings("\n"), sql, StringComparison.Ordinal);
        Assert.StartsWith("SELECT\n    step,\n    far_node AS source,\n    far_other AS other_source,\n    near_node AS target,\n", sql, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_word_of_the_query_that_is_not_ours_is_a_parameter()
    {
        const string hostile = "x'); DROP TABLE events; --";

        var sql = PathsSql.Edges(Plan($$"""
            ,"from":{"type":"{{hostile}}","filters":[{"field":"data.{{hostile}}","op":"eq","value":"{{hostile}}"}]},"field":"data.{{hostile}}"
            """), hostile).Sql;

        Assert.DoesNotContain("DROP", sql, StringComparison.Ordinal);
    }

    private static string Canonical(string members) => Refusals.Accepted(QueryKinds.Paths, $"{{\"range\":{{\"last\":\"7d\"}}{members}}}").Canonical();

    private static PathsPlan Plan(string members) => (PathsPlan)Refusals.Accepted(
        QueryKinds.Paths, $"{{\"range\":{{\"from\":\"2026-11-01T00:00:00Z\",\"to\":\"2026-12-01T00:00:00Z\"}}{members}}}").Plan(Instant.FromUtc(2026, 11, 24, 0, 0), new QueryErrors())!;
}
