using System.Net;

namespace Embedded.ClickHouse.Tests.Running;

public sealed class ProcessTests
{
    private const string LongQuery = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1";

    [Theory]
    [InlineData("SIGTERM")]
    [InlineData("the end of its input")]
    public async Task Stops_fast_and_cleanly_while_statements_run(string how)
    {
        using var data = new TemporaryFolder();
        await using var server = await ClickHouseProcess.StartAsync(data.Path);
        var queries = Enumerable.Range(0, 3).Select(_ => server.Http.PostAsync("/", new StringContent(LongQuery), TestContext.Current.CancellationToken)).ToArray();
        await Eventually.HoldsAsync(async () => await AskAsync(server, "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64(number) = 1' AND query NOT LIKE '%processes%'") == "3\n");

        // By themselves the statements would run for hours: it does not wait for them.
        Assert.Equal(0, how == "SIGTERM" ? await server.TerminateAsync() : await server.CloseInputAsync());
        foreach (var query in queries)
        {
            // Told in words where the connection lasted long enough, else cut off.
            if (await Record.ExceptionAsync(() => query) is null) Assert.Equal(HttpStatusCode.ServiceUnavailable, (await query).StatusCode);
        }
    }

    [Fact]
    public async Task Keeps_what_it_acknowledged_and_which_tokens_it_saw_through_a_kill()
    {
        using var data = new TemporaryFolder();
        await using (var first = await ClickHouseProcess.StartAsync(data.Path))
        {
            await AskAsync(first, "CREATE TABLE t (a UInt32) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100, fsync_after_insert = 1, fsync_part_directory = 1");
            await InsertAsync(first, "token-1");
            await InsertAsync(first, "token-2");
            await first.KillAsync();
        }

        await using var second = await ClickHouseProcess.StartAsync(data.Path);
        Assert.Equal("6\n", await AskAsync(second, "SELECT count() FROM t"));
        await InsertAsync(second, "token-2");
        Assert.Equal("6\n", await AskAsync(second, "SELECT count() FROM t"));
        await InsertAsync(second, "token-3");
        Assert.Equal("9\n", await AskAsync(second, "SELECT count() FROM t"));

        static async Task InsertAsync(ClickHouseProcess server, string token)
        {
            using var response = await server.Http.PostAsync($"/?database=analytics&query=INSERT+INTO+t+FORMAT+CSV&insert_deduplication_token={token}", new StringContent("1\n2\n3\n"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Refuses_a_folder_that_another_process_has()
    {
        using var data = new TemporaryFolder();
        await using var first = await ClickHouseProcess.StartAsync(data.Path);

        var (code, output, errors) = await ClickHouseProcess.RunAsync(null, "--data", data.Path, "--port", "0");

        Assert.Equal(3, code);
        Assert.Empty(output);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
        Assert.Contains(data.Path, errors, StringComparison.Ordinal);
        Assert.Equal("1\n", await AskAsync(first, "SELECT 1"));
    }

    [Fact]
    public async Task Says_what_to_do_when_the_library_is_missing()
    {
        using var data = new TemporaryFolder();

        var (code, _, errors) = await ClickHouseProcess.RunAsync(
            new Dictionary<string, string> { ["CHDB_LIBCHDB_PATH"] = Path.Combine(data.Path, "nothing.so") }, "--data", data.Path, "--port", "0");

        Assert.Equal(4, code);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
        Assert.Contains("npm", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is required")]
    [InlineData("--port must be", "--data", "x", "--port", "70000")]
    [InlineData("Unknown option --prot", "--data", "x", "--prot", "1")]
    [InlineData("--data needs a value", "--data")]
    [InlineData("--database must be", "--data", "x", "--database", "a b")]
    [InlineData("--max-memory must be", "--data", "x", "--max-memory", "5")]
    [InlineData("Port", "--data", "x", "--port", "abc")]
    public async Task Refuses_bad_options_with_a_reason(string reason, params string[] args)
    {
        var (code, _, errors) = await ClickHouseProcess.RunAsync(null, args);

        Assert.Equal(2, code);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Helps()
    {
        var (code, output, _) = await ClickHouseProcess.RunAsync(null, "--help");

        Assert.Equal(0, code);
        Assert.Contains("--exit-with-parent", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Makes_its_database_caps_its_memory_and_takes_its_users_from_the_configuration()
    {
        using var data = new TemporaryFolder();
        await using var server = await ClickHouseProcess.StartAsync(data.Path, new Dictionary<string, string> { ["Users__writer__Password"] = "w" },
            "--database", "other", "--max-memory", "300000000");
        server.Http.DefaultRequestHeaders.Add("X-ClickHouse-User", "writer");
        server.Http.DefaultRequestHeaders.Add("X-ClickHouse-Key", "w");

        Assert.Equal("other\n", await AskAsync(server, "SELECT currentDatabase()", "other"));
        using var hungry = await server.Http.PostAsync("/", new StringContent("SELECT groupArray(number) FROM numbers(200000000)"), TestContext.Current.CancellationToken);
        Assert.Equal("241", hungry.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        using var unknown = await server.Http.PostAsync("/?user=default", new StringContent("SELECT 1"), TestContext.Current.CancellationToken);
        server.Http.DefaultRequestHeaders.Remove("X-ClickHouse-User");
        using var refused = await server.Http.PostAsync("/", new StringContent("SELECT 1"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private static async Task<string> AskAsync(ClickHouseProcess server, string sql, string database = "analytics")
    {
        using var response = await server.Http.PostAsync($"/?database={database}", new StringContent(sql), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }
}
