using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using K4os.Compression.LZ4.Streams;
using ZstdSharp;

namespace Embedded.ClickHouse.Tests.Http;

public sealed class SelectTests(Server server)
{
    // Several blocks, so that a streamed answer has several chunks.
    private const string ManyRows = "SELECT number, toString(number) AS text, toDateTime64(number / 1000, 3) AS time, [number] AS \"odd, \"\"name\" FROM numbers(300000)";

    [Theory]
    [InlineData("RowBinaryWithNamesAndTypes")]
    [InlineData("RowBinary")]
    [InlineData("Native")]
    [InlineData("TabSeparated")]
    [InlineData("TabSeparatedWithNames")]
    [InlineData("TabSeparatedWithNamesAndTypes")]
    [InlineData("CSV")]
    [InlineData("CSVWithNames")]
    [InlineData("CSVWithNamesAndTypes")]
    [InlineData("JSONEachRow")]
    [InlineData("JSONCompactEachRow")]
    [InlineData("JSONCompactEachRowWithNames")]
    [InlineData("JSONCompactEachRowWithNamesAndTypes")]
    public async Task Every_chunk_repeats_the_header_and_yet_the_streamed_answer_equals_the_whole_one(string format)
    {
        using var streamed = await server.PostAsync($"{ManyRows} FORMAT {format}", "&max_threads=1");
        using var whole = await server.PostAsync($"{ManyRows} FORMAT {format}", "&max_threads=1&wait_end_of_query=1");

        var expected = await whole.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.True(streamed.Headers.TransferEncodingChunked);
        Assert.Null(whole.Headers.TransferEncodingChunked);
        var actual = await streamed.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.True(expected.AsSpan().SequenceEqual(actual));
    }

    [Fact]
    public async Task A_streamed_arrow_answer_has_one_schema_and_one_end()
    {
        using var response = await server.PostAsync("SELECT number FROM numbers(300000) FORMAT ArrowStream", "&max_threads=1");

        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        byte[] end = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];
        Assert.Equal(bytes.Length - 8, bytes.AsSpan().IndexOf(end));
        await server.AskAsync("DROP TABLE IF EXISTS arrow_again");
        await server.AskAsync("CREATE TABLE arrow_again (number UInt64) ENGINE = MergeTree ORDER BY number");
        using var back = await server.PostAsync(bytes, "&query=INSERT+INTO+arrow_again+FORMAT+ArrowStream");
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        Assert.Equal("300000\t44999850000\n", await server.AskAsync("SELECT count(), sum(number) FROM arrow_again"));
    }

    [Fact]
    public async Task A_small_memory_cap_leaves_a_statement_its_threads()
    {
        var pipeline = await server.AskAsync("EXPLAIN PIPELINE SELECT sum(number) FROM numbers_mt(100000000)", "&max_threads=2");

        Assert.Contains("AggregatingTransform × 2", pipeline, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("JSON")]
    [InlineData("Parquet")]
    [InlineData("Values")]
    [InlineData("XML")]
    public async Task Formats_that_cannot_be_streamed_are_answered_whole(string format)
    {
        using var response = await server.PostAsync($"SELECT number FROM numbers(100000) FORMAT {format}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull(response.Content.Headers.ContentLength);
        if (format == "JSON")
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
            Assert.Equal(100000, json.RootElement.GetProperty("rows").GetInt32());
        }
    }

    [Theory]
    [InlineData("EXPLAIN ESTIMATE SELECT * FROM system.one")]
    [InlineData("SHOW DATABASES")]
    [InlineData("DESCRIBE TABLE system.one")]
    [InlineData("(SELECT 1) UNION ALL (SELECT 2)")]
    [InlineData("WITH 1 AS x SELECT x")]
    [InlineData("SELECT 1;")]
    [InlineData("  -- a comment\nSELECT 1 # another\n")]
    public async Task Statements_of_other_shapes_are_answered(string sql) => await server.AskAsync(sql);

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("lz4")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Answers_are_compressed_as_the_client_accepts(string coding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/?enable_http_compression=1") { Content = new StringContent("SELECT number FROM numbers(200000)") };
        request.Headers.TryAddWithoutValidation("Accept-Encoding", coding);

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(coding, response.Content.Headers.ContentEncoding.Single());
        var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using Stream decoder = coding switch
        {
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            "deflate" => new ZLibStream(body, CompressionMode.Decompress),
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            "zstd" => new DecompressionStream(body),
            _ => LZ4Stream.Decode(body),
        };
        using var reader = new StreamReader(decoder);
        var lines = (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd('\n').Split('\n');
        Assert.Equal(200000, lines.Length);
        Assert.Equal("199999", lines[^1]);
    }

    [Fact]
    public async Task Headers_tell_format_zone_query_and_statistics()
    {
        using var response = await server.PostAsync("SELECT sum(number) FROM numbers(1000)", "&default_format=CSVWithNames&query_id=q1");

        Assert.Equal("q1", response.Headers.GetValues("X-ClickHouse-Query-Id").Single());
        Assert.Equal("CSVWithNames", response.Headers.GetValues("X-ClickHouse-Format").Single());
        Assert.NotEmpty(response.Headers.GetValues("X-ClickHouse-Timezone").Single());
        using var summary = JsonDocument.Parse(response.Headers.GetValues("X-ClickHouse-Summary").Single());
        Assert.Equal("1000", summary.RootElement.GetProperty("read_rows").GetString());
        Assert.Equal("1", summary.RootElement.GetProperty("result_rows").GetString());
        Assert.True(long.Parse(summary.RootElement.GetProperty("elapsed_ns").GetString()!, CultureInfo.InvariantCulture) > 0);
    }

    [Fact]
    public async Task An_error_after_the_beginning_ends_the_body_with_the_announced_tag()
    {
        using var response = await server.PostAsync("SELECT throwIf(number = 2000000) FROM numbers(3000000)", "&max_threads=1&max_block_size=10000");

        var tag = response.Headers.GetValues("X-ClickHouse-Exception-Tag").Single();
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.EndsWith($" {tag}\r\n__exception__\r\n", text, StringComparison.Ordinal);
        Assert.Contains($"\r\n__exception__\r\n{tag}\r\nCode: 395. DB::Exception: ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELEC 1", 62, 400)]
    [InlineData("", 62, 400)]
    [InlineData("SELECT 1; SELECT 2", 62, 400)]
    [InlineData("SELECT toUInt8('x')", 6, 400)]
    [InlineData("SELECT * FROM missing", 60, 404)]
    [InlineData("SELECT * FROM missing.table", 81, 404)]
    [InlineData("SELECT missing", 47, 404)]
    [InlineData("SELECT missing(1)", 46, 404)]
    [InlineData("SELECT {p:UInt8}", 456, 400)]
    [InlineData("SELECT 1 FORMAT Missing", 73, 400)]
    [InlineData("CREATE USER x", 497, 403)]
    public async Task Errors_have_the_engines_code_and_clickhouses_status(string sql, int code, int status)
    {
        using var response = await server.PostAsync(sql);

        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith($"Code: {code}. DB::Exception: ", text, StringComparison.Ordinal);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(code.ToString(CultureInfo.InvariantCulture), response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Theory]
    [InlineData("&no_such_setting=1", 115)]
    [InlineData("&max_threads=abc", 27)]
    [InlineData("&compress=1", 48)]
    public async Task Settings_that_the_engine_would_ignore_or_swallow_are_refused(string url, int code)
    {
        using var response = await server.PostAsync("SELECT 1", url);

        Assert.StartsWith($"Code: {code}. ", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_of_the_url_hold_for_their_request_alone()
    {
        Assert.Equal("7\n", await server.AskAsync("SELECT getSetting('max_threads')", "&max_threads=7"));
        Assert.NotEqual("7\n", await server.AskAsync("SELECT getSetting('max_threads')"));
    }

    [Fact]
    public async Task A_time_limit_ends_the_statement_with_408()
    {
        using var response = await server.PostAsync("SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))", "&max_execution_time=0.3");

        Assert.Equal(HttpStatusCode.RequestTimeout, response.StatusCode);
        Assert.Equal("159", response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task A_memory_limit_ends_the_statement_and_not_the_server()
    {
        using var response = await server.PostAsync("SELECT groupArray(number) FROM numbers(100000000)", "&max_memory_usage=50000000");

        Assert.Equal("241", response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.Equal("1\n", await server.AskAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_client_that_leaves_has_its_statement_killed()
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = server.Http.PostAsync("/", new StringContent("SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 4711471147"), gone.Token);
        await Eventually.HoldsAsync(async () => await RunningAsync() == "1\n");

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually.HoldsAsync(async () => await RunningAsync() == "0\n");

        Task<string> RunningAsync() => server.AskAsync("SELECT count() FROM system.processes WHERE query LIKE '%4711471147%' AND query NOT LIKE '%processes%'");
    }

    [Fact]
    public async Task A_session_keeps_its_temporary_tables_for_one_request_at_a_time()
    {
        await server.AskAsync("CREATE TEMPORARY TABLE kept AS SELECT 7 AS x", "&session_id=s1");
        Assert.Equal("7\n", await server.AskAsync("SELECT x FROM kept", "&session_id=s1"));

        using var other = await server.PostAsync("SELECT x FROM kept", "&session_id=s2");
        using var absent = await server.PostAsync("SELECT 1", "&session_id=s3&session_check=1");
        var slow = server.PostAsync("SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 4711471148", "&session_id=s1");
        await Eventually.HoldsAsync(async () => await server.AskAsync("SELECT count() FROM system.processes WHERE query LIKE '%4711471148%' AND query NOT LIKE '%processes%'") == "1\n");
        using var second = await server.PostAsync("SELECT 1", "&session_id=s1");
        await server.AskAsync("KILL QUERY WHERE query LIKE '%4711471148%' AND query NOT LIKE '%processes%' AND query NOT LIKE 'KILL%' ASYNC");
        using var killed = await slow;

        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Equal("394", killed.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        await Eventually.HoldsAsync(async () => await (await server.PostAsync("SELECT x FROM kept", "&session_id=s1")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken) == "7\n");
    }

    [Fact]
    public async Task Get_reads_and_does_not_write()
    {
        Assert.Equal("Ok.\n", await server.Http.GetStringAsync("/ping", TestContext.Current.CancellationToken));
        Assert.Equal("Ok.\n", await server.Http.GetStringAsync("/", TestContext.Current.CancellationToken));
        Assert.Equal("2\n", await server.Http.GetStringAsync("/?query=SELECT+1%2B1", TestContext.Current.CancellationToken));
        using var refused = await server.Http.GetAsync("/?query=CREATE+DATABASE+x", TestContext.Current.CancellationToken);
        Assert.Equal("164", refused.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent("SELECT 1") };
        request.Headers.Add("X-ClickHouse-User", "reader");
        request.Headers.Add("X-ClickHouse-Key", "wrong");

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("516", response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task Parameters_come_in_the_url_or_in_a_form()
    {
        Assert.Equal("42\n4\n", await server.AskAsync("SELECT {n:UInt32} UNION ALL SELECT toUInt32(length({s:String})) ORDER BY 1 DESC", "&param_n=42&param_s=it%27s"));
        using var form = new MultipartFormDataContent { { new StringContent("SELECT {n:UInt32} + 1"), "query" }, { new StringContent("41"), "param_n" } };
        using var response = await server.Http.PostAsync("/", form, TestContext.Current.CancellationToken);
        Assert.Equal("42\n", Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task The_log_tells_of_statements_but_not_what_they_say()
    {
        await server.AskAsync("SELECT 'very private'", "&query_id=logged-1");

        await Eventually.HoldsAsync(() => Task.FromResult(server.Process.Log.Contains("Statement logged-1 of default", StringComparison.Ordinal)));
        Assert.DoesNotContain("very private", server.Process.Log, StringComparison.Ordinal);
    }
}
