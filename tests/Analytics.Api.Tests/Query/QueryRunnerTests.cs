using System.Diagnostics;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using TestKit;

namespace Analytics.Api.Tests.Query;

[Collection(OnQueryEngine.Name)]
public sealed class QueryRunnerTests(QueryEngine engine)
{
    private const string Endless = "SELECT sum(cityHash64(number)) FROM numbers_mt(1000000000000)";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SELECT id FROM events")]
    [InlineData("SELECT id FROM events AS e WHERE tenant != 'nobody'")]
    [InlineData("WITH x AS (SELECT * FROM events) SELECT id FROM x")]
    [InlineData("SELECT a.id FROM events AS a INNER JOIN events AS b ON a.id = b.id")]
    [InlineData("SELECT id FROM events WHERE tenant IN (SELECT tenant FROM events)")]
    [InlineData("SELECT id FROM events UNION ALL SELECT id FROM events")]
    [InlineData("SELECT arrayJoin((SELECT groupArray(id) FROM events))")]
    public async Task A_statement_without_tenant_filter_still_sees_the_own_tenant_only(string sql)
    {
        var (mine, theirs) = (QueryEngine.NewTenant(), QueryEngine.NewTenant());
        await engine.StoreAsync(mine, [Event("mine")]);
        await engine.StoreAsync(theirs, [Event("theirs")]);

        using var result = await engine.Runner.RunAsync(mine, new Statement(sql, new SqlParameters()), QueryRunner.JsonRows, Ct);

        Assert.Equal(["[\"mine\"]"], Lines(result).Distinct());
    }

    [Fact]
    public async Task Every_table_and_view_with_a_tenant_is_filtered()
    {
        var theirs = QueryEngine.NewTenant();
        await engine.StoreAsync(theirs, [Event("theirs")]);
        var names = await engine.Database.ScalarAsync<string>(
            "SELECT arrayStringConcat(arraySort(groupArray(table)), ',') FROM system.columns WHERE database = currentDatabase() AND name = 'tenant'");
        Assert.Contains("events_to_rollups", names.Split(','));

        foreach (var table in names.Split(','))
        {
            if (await engine.Database.ScalarAsync<int>($"SELECT count() FROM {table} WHERE tenant = '{theirs}'") == 0)
                await engine.Database.ExecuteAsync($"INSERT INTO {table} (tenant) VALUES ('{theirs}')");
            using var result = await engine.Runner.RunAsync(QueryEngine.NewTenant(), new Statement($"SELECT count() FROM {table}", new SqlParameters()), QueryRunner.JsonRows, Ct);

            Assert.True(Lines(result) is ["[0]"], $"{table}: {Lines(result)[0]}");
            Assert.True(await engine.Database.ScalarAsync<int>($"SELECT count() FROM {table} WHERE tenant = '{theirs}'") > 0, table);
        }
    }

    [Theory]
    [InlineData("' OR '1'='1")]
    [InlineData("\\' OR 1=1 --")]
    [InlineData("x'}', 'y': '1")]
    [InlineData("'")]
    [InlineData("\\")]
    public async Task A_hostile_tenant_name_is_only_a_name(string name)
    {
        var tenant = name + Guid.NewGuid();
        await engine.StoreAsync(tenant, [Event("mine")]);

        using var result = await engine.Runner.RunAsync(tenant, new Statement("SELECT id FROM events", new SqlParameters()), QueryRunner.JsonRows, Ct);

        Assert.Equal(["[\"mine\"]"], Lines(result));
    }

    [Theory]
    [InlineData("INSERT INTO events (tenant) VALUES ('x')")]
    [InlineData("DROP TABLE events")]
    [InlineData("SET additional_table_filters = {}")]
    [InlineData("SELECT id FROM events SETTINGS additional_table_filters = {}")]
    [InlineData("SELECT * FROM file('/etc/passwd', 'LineAsString')")]
    public async Task The_engine_lets_nothing_but_reading_through(string sql)
    {
        var failure = await Assert.ThrowsAsync<QueryFailedException>(() => RunAsync(engine.Runner, sql));

        Assert.Equal(FailureKind.Bug, failure.Kind);
    }

    [Fact]
    public async Task A_statement_that_passes_its_deadline_is_stopped_by_the_engine()
    {
        using var runner = engine.NewRunner(new QueryOptions { Deadline = TimeSpan.FromSeconds(1) });

        var failure = await Assert.ThrowsAsync<QueryFailedException>(() => RunAsync(runner, Endless));

        Assert.Equal(FailureKind.Timeout, failure.Kind);
    }

    [Fact]
    public async Task A_statement_that_wants_too_much_memory_is_refused()
    {
        using var runner = engine.NewRunner(new QueryOptions { MaxMemoryBytes = 16_000_000 });

        var failure = await Assert.ThrowsAsync<QueryFailedException>(() => RunAsync(runner, "SELECT uniqExact(toString(number)) FROM numbers(20000000)"));

        Assert.Equal(FailureKind.Memory, failure.Kind);
    }

    [Fact]
    public async Task Too_many_rows_and_too_many_bytes_are_refused()
    {
        using var runner = engine.NewRunner(new QueryOptions { MaxResultRows = 1_000, MaxResultBytes = 1_048_576 });

        var rows = await Assert.ThrowsAsync<QueryFailedException>(() => RunAsync(runner, "SELECT number FROM numbers(100000)"));
        var bytes = await Assert.ThrowsAsync<QueryFailedException>(() => RunAsync(runner, "SELECT repeat('x', 100000) FROM numbers(100)"));

        Assert.Equal(FailureKind.TooLarge, rows.Kind);
        Assert.Equal(FailureKind.TooLarge, bytes.Kind);
    }

    [Fact]
    public async Task A_caller_who_goes_away_takes_the_query_along()
    {
        var marker = Guid.NewGuid().ToString("N");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = engine.Runner.RunAsync("t", new Statement($"{Endless} -- {marker}", new SqlParameters()), QueryRunner.JsonRows, leaving.Token);
        Task<int> Count() => engine.Database.ScalarAsync<int>($"SELECT count() FROM system.processes WHERE query LIKE '%{marker}%' AND query NOT LIKE '%system.processes%'");
        await Eventually.EqualsAsync("queries of the caller", 1, Count);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually.EqualsAsync("queries of the caller", 0, Count);
    }

    [Fact]
    public async Task A_failure_after_the_first_rows_is_a_failure()
    {
        var failure = await Assert.ThrowsAsync<QueryFailedException>(() => RunAsync(engine.Runner,
            "SELECT number, repeat('x', 100), throwIf(number = 150000) FROM numbers(190000)"));

        Assert.Contains("395", failure.Message, StringComparison.Ordinal); // FUNCTION_THROW_IF_VALUE_IS_NON_ZERO, not a refusal to begin
    }

    [Fact]
    public async Task An_engine_that_is_away_is_said_to_be_away()
    {
        using var meters = new FakeMeters();
        var (options, telemetry) = (Microsoft.Extensions.Options.Options.Create(new QueryOptions()), new QueryTelemetry(meters));
        using var runner = new QueryRunner(
            ClickHouseEndpoint.Parse("Host=127.0.0.1;Port=1;Database=x"), options, telemetry, new QueryGate(options, telemetry, TimeProvider.System));

        var failure = await Assert.ThrowsAsync<QueryFailedException>(() => RunAsync(runner, "SELECT 1"));

        Assert.Equal(FailureKind.Away, failure.Kind);
    }

    [Fact]
    public async Task The_cost_and_a_span_are_reported()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, Enumerable.Range(0, 100).Select(i => Event($"e{i}")));
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == QueryTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var sql = $"SELECT id, '{tenant}' FROM events";

        using var result = await engine.Runner.RunAsync(tenant, new Statement(sql, new SqlParameters()), QueryRunner.JsonRows, Ct);

        Assert.True(result.Cost.RowsRead >= 100, $"{result.Cost}");
        Assert.True(result.Cost.BytesRead > 100, $"{result.Cost}");
        using var large = await engine.Runner.RunAsync(tenant, new Statement("SELECT repeat('x', 10000) FROM events", new SqlParameters()), QueryRunner.JsonRows, Ct);
        Assert.True(large.Cost.RowsRead >= 100, $"{large.Cost}"); // also when the engine would rather stream
        Assert.Contains(spans.ToArray(), span => (string?)span.GetTagItem("db.query.text") == sql);
    }

    private static async Task RunAsync(QueryRunner runner, string sql)
    {
        using var result = await runner.RunAsync("t", new Statement(sql, new SqlParameters()), QueryRunner.JsonRows, Ct);
    }

    private static StoredEvent Event(string id) => new(id, "x", QueryEngine.Now);

    private static string[] Lines(QueryResult result) =>
        System.Text.Encoding.UTF8.GetString(result.Bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
