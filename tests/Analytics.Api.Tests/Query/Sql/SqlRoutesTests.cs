using System.Net;
using System.Text.Json;

namespace Analytics.Api.Tests.Query.Sql;

/// <summary>What analysts can do with SQL, and how they are told what is wrong.</summary>
public sealed class SqlRoutesTests(TwoTenants tenants) : IClassFixture<TwoTenants>
{
    [Theory]
    [InlineData("SELECT count() FROM events", "[[30]]")]
    [InlineData("SELECT count(*) AS n, uniqExact(subject) AS u FROM events WHERE type = 'page.viewed'", "[[15,5]]")]
    [InlineData("select Count() from events e where e.id like 'e1%' /* a comment */ -- and another\n", "[[11]]")]
    [InlineData("SELECT numbers['n'], strings['country'] FROM events ORDER BY time LIMIT 1", """[[0,"DE"]]""")]
    [InlineData("SELECT JSONExtractInt(data, 'n') AS n, JSONExtractString(data, 'country') FROM events ORDER BY n DESC LIMIT 1", """[[29,"DE"]]""")]
    [InlineData("SELECT toDate(time) AS day, count() FROM events GROUP BY day ORDER BY day", """[["2026-11-20",30]]""")]
    [InlineData("SELECT min(time), max(time) FROM events", """[["2026-11-20T08:00:00.000Z","2026-11-20T08:29:00.000Z"]]""")]
    [InlineData("SELECT a.id, b.id FROM events AS a INNER JOIN events AS b ON a.subject = b.subject AND b.time > a.time ORDER BY a.time, b.time LIMIT 1", """[["e0","e5"]]""")]
    [InlineData("WITH firsts AS (SELECT subject, min(time) AS first FROM events GROUP BY subject) SELECT count() FROM events JOIN firsts USING (subject) WHERE time = first", "[[5]]")]
    [InlineData("SELECT count() FROM events WHERE subject IN (SELECT subject FROM events WHERE id = 'e3')", "[[6]]")]
    [InlineData("WITH chosen AS (SELECT 'e3' AS id) SELECT count() FROM events WHERE id IN chosen", "[[1]]")]
    [InlineData("SELECT id, row_number() OVER (PARTITION BY subject ORDER BY time) AS r FROM events QUALIFY r = 1 ORDER BY id LIMIT 2", """[["e0",1],["e1",1]]""")]
    [InlineData("SELECT sum(numbers['n']) OVER w AS s FROM events WINDOW w AS (ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY s LIMIT 3", "[[0],[1],[3]]")]
    [InlineData("SELECT level, count() FROM (SELECT subject, windowFunnel(3600)(toDateTime(time), type = 'page.viewed', type = 'order.paid') AS level FROM events GROUP BY subject) GROUP BY level ORDER BY level", "[[1,1],[2,4]]")]
    [InlineData("SELECT sum(r[1]), sum(r[2]) FROM (SELECT subject, retention(type = 'page.viewed', type = 'order.paid') AS r FROM events GROUP BY subject)", "[[5,4]]")]
    [InlineData("SELECT sequenceCount('(?1)(?2)')(toDateTime(time), type = 'page.viewed', type = 'order.paid') > 0 FROM events", "[[1]]")]
    [InlineData("SELECT quantile(0.5)(numbers['n']), sumIf(numbers['n'], id != 'e0'), avgOrNull(numbers['nothing']) FROM events", "[[14.5,435,null]]")]
    [InlineData("SELECT arrayMap(x -> x * 2, [1, 2, 3]), map('a', 1), (1, 'x'), NULL, true, [1.5]", """[[[2,4,6],{"a":1},[1,"x"],null,true,[1.5]]]""")]
    [InlineData("SELECT n FROM (SELECT arrayJoin(range(3)) AS n UNION ALL SELECT 9) ORDER BY n", "[[0],[1],[2],[9]]")]
    [InlineData("SELECT 1 INTERSECT SELECT 1 EXCEPT SELECT 2", "[[1]]")]
    [InlineData("SELECT DISTINCT ON (subject) subject, id FROM events ORDER BY subject, time LIMIT 1", """[["subject0","e0"]]""")]
    [InlineData("SELECT subject, id FROM events ORDER BY subject, time DESC LIMIT 1 BY subject LIMIT 1", """[["subject0","e25"]]""")]
    [InlineData("SELECT type, count() FROM events GROUP BY GROUPING SETS ((type), ()) HAVING type = ''", """[["",30]]""")]
    [InlineData("SELECT key, value FROM (SELECT strings FROM events WHERE id = 'e0') ARRAY JOIN mapKeys(strings) AS key, mapValues(strings) AS value WHERE key = 'country'", """[["country","DE"]]""")]
    [InlineData("SELECT CASE WHEN 1 THEN 'a' ELSE 'b' END, CASE 2 WHEN 2 THEN 'x' END, if(1, 2, 3), coalesce(NULL, 4), 5 BETWEEN 1 AND 9", """[["a","x",2,4,1]]""")]
    [InlineData("SELECT toStartOfInterval(time, INTERVAL 15 MINUTE) AS t, count() FROM events GROUP BY t ORDER BY t WITH FILL STEP INTERVAL 15 MINUTE LIMIT 2", """[["2026-11-20T08:00:00Z",15],["2026-11-20T08:15:00Z",15]]""")]
    [InlineData("SELECT * EXCEPT (data, strings, numbers, received, extensions, source) FROM events ORDER BY time LIMIT 1", """[["e0","page.viewed","subject0","2026-11-20T08:00:00.000Z","session0","0af7651916cd43dd8448eb211c80319c"]]""")]
    [InlineData("SELECT count(), sum(events), max(seconds) FROM sessions", "[[3,30,540]]")]
    [InlineData("SELECT sessionid, subject, started, first_type FROM sessions ORDER BY started LIMIT 1", """[["session0","subject0","2026-11-20T08:00:00.000Z","page.viewed"]]""")]
    [InlineData("SELECT count() FROM events JOIN sessions ON events.sessionid = sessions.sessionid", "[[30]]")]
    [InlineData("SELECT sum(events), uniqExactMerge(subjects) FROM events_daily WHERE day = '2026-11-20'", "[[30,5]]")]
    [InlineData("SELECT hour, type, sum(events) FROM events_hourly WHERE type = 'page.viewed' GROUP BY hour, type", """[["2026-11-20T08:00:00Z","page.viewed",15]]""")]
    [InlineData("SELECT \"id\", `type` FROM \"events\" WHERE `events`.id = 'e2'", """[["e2","page.viewed"]]""")]
    [InlineData("SELECT $$it's$$, 'a\\'b', 'ü\\n', 0x10, 1e3", """[["it's","a'b","ü\n",16,1000]]""")]
    [InlineData("SELECT uniqMerge(s) FROM (SELECT uniqState(subject) AS s FROM events)", "[[5]]")]
    [InlineData("SELECT 9007199254740993, toDecimal64(1.25, 2), toFloat64('nan'), toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')", """[[9007199254740993,1.25,null,"61f0c404-5cb3-11e7-907b-a6006ad3dba0"]]""")]
    public async Task A_select_is_answered(string sql, string rows)
    {
        using var answer = await AskAsync(sql);

        var json = await answer.JsonAsync();
        Assert.Equal(rows, Compact(json));
    }

    [Fact]
    public async Task The_answer_names_its_columns_and_types_and_what_it_cost()
    {
        using var answer = await AskAsync("SELECT id, id, time, count() AS n, avg(numbers['n']), true AS b, groupArray(type) AS types, today() AS d FROM events GROUP BY id, time LIMIT 1");

        var json = await answer.JsonAsync();
        Assert.Equal(
            "id string, id_2 string, time time, n integer, avg(arrayElement(numbers, 'n')) number, b boolean, types json, d string",
            string.Join(", ", json.GetProperty("columns").EnumerateArray().Select(column => $"{column.GetProperty("name")} {column.GetProperty("type")}")));
        Assert.True(json.GetProperty("meta").GetProperty("rowsRead").GetInt64() >= 30);
    }

    [Theory]
    [InlineData("SELECT count() FROM events WHERE id = {id:String}", """{"id":"e1"}""", "[[1]]")]
    [InlineData("SELECT count() FROM events WHERE id IN {ids:Array(String)}", """{"ids":["e1","e2","it's\\"]}""", "[[2]]")]
    [InlineData("SELECT count() FROM events WHERE time >= {from:DateTime64(3)} AND time < {to:DateTime}", """{"from":"2026-11-20T09:10:00+01:00","to":"2026-11-20T08:20:00Z"}""", "[[10]]")]
    [InlineData("SELECT {i:Int64}, {u:UInt64}, {f:Float64}, {b:Bool}, {d:Date}, {n:Nullable(String)}, {s:String}", """{"i":-5,"u":18446744073709551615,"f":1.5,"b":true,"d":"2026-02-28","n":null,"s":"a\tb\\n'\n"}""", """[[-5,18446744073709551615,1.5,true,"2026-02-28",null,"a\tb\\n'\n"]]""")]
    [InlineData("SELECT {n:UInt8} + {n:UInt8} AS twice LIMIT {n:UInt8}", """{"n":2}""", "[[4]]")]
    public async Task Parameters_are_values(string sql, string parameters, string rows)
    {
        using var answer = await AskAsync(sql, parameters);

        Assert.Equal(rows, Compact(await answer.JsonAsync()));
    }

    [Theory]
    [InlineData("SELECT {a:UInt8}", "{}", "a is missing")]
    [InlineData("SELECT {a:UInt8}", """{"a":256}""", "a is not a value of type UInt8")]
    [InlineData("SELECT {a:UInt8}", """{"a":"1"}""", "a is not a value of type UInt8")]
    [InlineData("SELECT {a:String}", """{"a":null}""", "a is not a value of type String")]
    [InlineData("SELECT {a:String}", """{"a":"\ud800"}""", "a is not a value of type String")]
    [InlineData("SELECT {a:DateTime}", """{"a":"yesterday"}""", "a is not a value of type DateTime")]
    [InlineData("SELECT {a:Array(UInt8)}", """{"a":[1,"2"]}""", "a is not a value of type Array(UInt8)")]
    [InlineData("SELECT 1", """{"spare":1}""", "spare is not in the statement")]
    [InlineData("SELECT * FROM {a:Identifier}", """{"a":"events"}""", "a has a type that is not supported")]
    [InlineData("SELECT {a:UInt8}, {a:String}", """{"a":1}""", "a has two types")]
    public async Task A_wrong_parameter_is_named(string sql, string parameters, string words)
    {
        using var answer = await AskAsync(sql, parameters);

        var problem = await answer.ProblemAsync(HttpStatusCode.BadRequest, "invalid_sql");
        Assert.Contains(words, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(words.Split(' ')[0], problem.GetProperty("parameter").GetString());
    }

    [Theory]
    [InlineData("SELECT 1 FORM events x", "syntax", "Syntax error at character 15")]
    [InlineData("SELECT (1", "syntax", "Syntax error at character")]
    [InlineData("", "syntax", "Syntax error")]
    [InlineData("SELECT 1; SELECT 2", "syntax", "Syntax error at character 9")]
    [InlineData("SELECT subjct FROM events", "refused", "subject")]
    [InlineData("SELECT * FROM event", "unknown_table", "events, sessions")]
    [InlineData("SELECT * FROM other.events", "not_allowed", "without a database")]
    [InlineData("SELECT * FROM numbers(3)", "not_allowed", "arrayJoin(range(…))")]
    [InlineData("SELECT currentUser()", "not_allowed", "currentUser")]
    [InlineData("SELECT 1 FROM events SETTINGS max_threads = 1", "not_allowed", "SETTINGS")]
    [InlineData("SELECT 1 FORMAT CSV", "not_allowed", "Accept")]
    [InlineData("DROP TABLE events", "not_allowed", "SELECT")]
    [InlineData("SELECT uniqState(id) FROM events", "refused", "-Merge")]
    [InlineData("SELECT parseDateTime('20', '%Y')", "refused", "Unable to parse")]
    [InlineData("SELECT sum(type) FROM events", "refused", "String")]
    [InlineData("SELECT id, count() FROM events", "refused", "GROUP BY")]
    public async Task A_refusal_says_why_in_words_for_the_author(string sql, string reason, string words)
    {
        using var answer = await AskAsync(sql);

        var problem = await answer.ProblemAsync(HttpStatusCode.BadRequest, "invalid_sql");
        Assert.Equal(reason, problem.GetProperty("reason").GetString());
        Assert.Contains(words, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(tenants.Database.Name, problem.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("DB::", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/vnd.apache.parquet")]
    [InlineData("application/vnd.apache.arrow.stream")]
    public async Task Integers_beyond_64_bits_with_a_sign_are_texts_in_columnar_formats(string mediaType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sql")
        {
            Content = new StringContent("""{"query":"SELECT arrayJoin([toUInt64(1), toUInt64(18446744073709551615)]) AS hash"}"""),
            Headers = { { "Accept", mediaType } },
        };
        using var answer = await tenants.Own.Analyst.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.True(bytes.AsSpan().IndexOf("18446744073709551615"u8) > 0);
    }

    [Fact]
    public async Task Other_formats_are_had_by_Accept()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sql")
        {
            Content = new StringContent("""{"query":"SELECT id, [1, 2] AS list, numbers['n'] AS n FROM events ORDER BY time LIMIT 2"}"""),
            Headers = { { "Accept", "text/csv" } },
        };
        using var answer = await tenants.Own.Analyst.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("id,list,n\r\ne0,\"[1,2]\",0\r\ne1,\"[1,2]\",1\r\n", (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"query":1}""")]
    [InlineData("""{"sql":"SELECT 1"}""")]
    [InlineData("""{"query":"SELECT 1","parameters":[1]}""")]
    [InlineData("[]")]
    public async Task A_body_of_another_shape_is_refused(string body)
    {
        using var answer = await tenants.Own.Analyst.PostTextAsync("/api/v1/sql", body);

        await answer.ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
    }

    [Fact]
    public async Task A_viewer_may_not_run_sql()
    {
        using var answer = await tenants.Own.Viewer.PostTextAsync("/api/v1/sql", """{"query":"SELECT 1"}""");

        await answer.ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    // The engine puts a blank behind commas between columns.
    private static string Compact(JsonElement answer) => answer.GetProperty("rows").GetRawText().Replace(", ", ",", StringComparison.Ordinal);

    private Task<HttpResponseMessage> AskAsync(string sql, string? parameters = null) => tenants.Own.Analyst.PostTextAsync(
        "/api/v1/sql", $"{{\"query\":{JsonSerializer.Serialize(sql)}{(parameters is null ? "" : $",\"parameters\":{parameters}")}}}");
}
