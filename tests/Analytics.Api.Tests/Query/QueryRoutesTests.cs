using System.Net;
using TestKit;

namespace Analytics.Api.Tests.Query;

/// <summary>The API on a database of its own.</summary>
public sealed class QueryApi(Infrastructure infrastructure) : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    public ApiApplication Api { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await infrastructure.CreateDatabaseAsync("routes");
        Api = Start(Database.ConnectionString);
        Client = await Api.LoginAsync();
        await Eventually.TrueAsync("the tables exist", async () =>
            await Database.ScalarAsync<int>($"SELECT count() FROM system.tables WHERE database = '{Database.Name}' AND name = 'events'") == 1);
    }

    public static ApiApplication Start(string clickhouse, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?> { ["ConnectionStrings:clickhouse"] = clickhouse };
        foreach (var (name, value) in more)
            settings[name] = value;
        return new ApiApplication(settings);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Api.DisposeAsync();
        await Database.DisposeAsync();
    }
}

/// <summary>The routes as clients see them: credentials, statuses, problem documents, and no word of the engine's.</summary>
public sealed class QueryRoutesTests(QueryApi api) : IClassFixture<QueryApi>
{
    private const string Timeseries = "/api/v1/query/timeseries";

    [Fact]
    public async Task A_question_is_answered()
    {
        // Nobody else's events lie in that year.
        using var answer = await api.Client.PostTextAsync(Timeseries, """{"range":{"from":"1999-01-01T00:00:00Z","to":"1999-01-03T00:00:00Z"},"interval":"day","measures":[{"op":"count","as":"n"},{"op":"max","field":"data.x"}]}""");

        var json = await answer.JsonAsync();
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""[{"name":"time","type":"time"},{"name":"n","type":"integer"},{"name":"max(data.x)","type":"number"}]""", json.GetProperty("columns").GetRawText());
        Assert.Equal("""[["1999-01-01T00:00:00Z",0,null],["1999-01-02T00:00:00Z",0,null]]""", json.GetProperty("rows").GetRawText());
        Assert.Equal(["rowsRead", "bytesRead", "elapsedMs", "cache", "source", "asOf"], json.GetProperty("meta").EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [InlineData("", "invalid_json")]
    [InlineData("{\"range\":", "invalid_json")]
    [InlineData("\u0000", "invalid_json")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]", "invalid_json")]
    [InlineData("{\"range\":{\"last\":\"1d\"},\"measure\":1}", "unknown_member")]
    public async Task A_wrong_question_gets_a_problem_that_says_what(string body, string code)
    {
        using var answer = await api.Client.PostTextAsync(Timeseries, body);

        var problem = await answer.ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
        Assert.Equal(code, problem.GetProperty("errors")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_question_of_more_than_64_KiB_is_too_large()
    {
        using var answer = await api.Client.PostTextAsync(Timeseries, new string(' ', 70_000) + "{}");

        await answer.ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }

    [Fact]
    public async Task Whoever_may_not_read_is_refused()
    {
        using var nobody = api.Api.CreateClient();
        using var ingest = api.Api.WithKey();

        foreach (var (client, status, code) in new[] { (nobody, HttpStatusCode.Unauthorized, "unauthenticated"), (ingest, HttpStatusCode.Forbidden, "forbidden") })
        {
            using var series = await client.PostTextAsync(Timeseries, "{}");
            using var list = await client.GetAsync("/api/v1/events", TestContext.Current.CancellationToken);
            await series.ProblemAsync(status, code);
            await list.ProblemAsync(status, code);
        }
    }

    [Fact]
    public async Task A_query_that_takes_too_long_is_a_504_with_a_hint_and_without_the_engines_words()
    {
        await api.Database.ExecuteAsync("""
            INSERT INTO events (tenant, type, time, subject, received)
            SELECT 'default', 'x', toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number % 86400, toString(number), toDateTime64('2026-01-01 00:00:00', 3, 'UTC') FROM numbers(3000000)
            """);
        using var other = QueryApi.Start(api.Database.ConnectionString, ("Query:Deadline", "00:00:00.1"), ("Bootstrap:Tenant", "default"));
        using var client = await other.LoginAsync();
        var uniques = string.Join(',', Enumerable.Range(0, 20).Select(i => $$"""{"op":"unique","field":"subject","as":"u{{i}}"},"""[..^1]));

        using var answer = await client.PostTextAsync(Timeseries, $$"""{"range":{"from":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z"},"measures":[{{uniques}}]}""");

        var problem = await answer.ProblemAsync(HttpStatusCode.GatewayTimeout, "query_timeout");
        Assert.DoesNotContain("DB::", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("filters", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_is_away_is_a_503_with_Retry_After()
    {
        using var other = QueryApi.Start("Host=127.0.0.1;Port=1;Database=analytics");
        using var client = await other.LoginAsync();

        using var series = await client.PostTextAsync(Timeseries, """{"range":{"last":"1d"}}""");
        using var list = await client.GetAsync("/api/v1/events", TestContext.Current.CancellationToken);

        await series.ProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
        await list.ProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotNull(series.Headers.RetryAfter);
    }
}
