namespace Embedded.ClickHouse.Tests.Http;

/// <summary>The second layer of tenant isolation: what a reader cannot see, however it asks.</summary>
public sealed class ReaderRulesTests(Server server) : IAsyncLifetime
{
    private const string Filter = "&additional_table_filters=%7B%27analytics.events%27%3A%27tenant+%3D+%5C%27a%5C%27%27%7D";
    private static readonly SemaphoreSlim Once = new(1, 1);

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try
        {
            await server.AskAsync("CREATE TABLE IF NOT EXISTS events (tenant LowCardinality(String), id String) ENGINE = MergeTree ORDER BY (tenant, id)");
            await server.AskAsync("CREATE VIEW IF NOT EXISTS events_view AS SELECT * FROM events");
            if (await server.AskAsync("SELECT count() FROM events") == "0\n") await server.AskAsync("INSERT INTO events VALUES ('a', 'own'), ('b', 'secret')");
        }
        finally
        {
            Once.Release();
        }
    }

    public ValueTask DisposeAsync() => default;

    [Theory]
    [InlineData("SELECT id FROM events")]
    [InlineData("SELECT id FROM analytics.events AS e")]
    [InlineData("SELECT id FROM (SELECT * FROM events)")]
    [InlineData("SELECT id FROM events WHERE 1 UNION DISTINCT SELECT id FROM analytics.events")]
    [InlineData("SELECT id FROM events_view")]
    [InlineData("SELECT id FROM view(SELECT * FROM events)")]
    [InlineData("WITH x AS (SELECT id FROM events) SELECT id FROM x")]
    [InlineData("SELECT id FROM events PREWHERE tenant != ''")]
    [InlineData("SELECT e.id FROM events e JOIN events f ON e.id = f.id")]
    [InlineData("SELECT arrayJoin(groupArray(id)) FROM events")]
    [InlineData("SELECT 'own' WHERE ('b', 'secret') NOT IN events")]
    public async Task Sees_its_own_tenant_only(string sql)
    {
        var (status, text) = await server.AsReaderAsync(sql, Filter);

        Assert.Equal(200, status);
        Assert.Equal("own\n", text);
    }

    [Theory]
    [InlineData("SELECT id FROM events SETTINGS additional_table_filters = {}")]
    [InlineData("SELECT id FROM (SELECT id FROM events SETTINGS additional_table_filters = {})")]
    [InlineData("SELECT id FROM (SELECT id FROM events settings`additional_table_filters` = {})")]
    [InlineData("SELECT id FROM events UNION ALL (SELECT id FROM events SETTINGS/**/additional_table_filters = {})")]
    [InlineData("SELECT id FROM view(SELECT id FROM events SETTINGS max_threads = 1, additional_table_filters = {})")]
    [InlineData("SELECT id FROM (SELECT id FROM events SETTINGS\u00A0additional_table_filters = {})")]
    [InlineData("SELECT id FROM (SELECT id FROM events /* /* */ SETTINGS additional_table_filters = {} -- */ */\n)")]
    [InlineData("WITH x AS (SELECT id FROM events SETTINGS additional_table_filters = {}) SELECT id FROM x")]
    [InlineData("SET additional_table_filters = {}")]
    [InlineData("SELECT id FROM merge('analytics', 'events')")]
    [InlineData("SELECT id FROM `merge`('analytics', 'events')")]
    [InlineData("SELECT id FROM MERGE /* */ ('analytics', 'events')")]
    [InlineData("SELECT * FROM mergeTreeIndex('analytics', 'events')")]
    [InlineData("SELECT id FROM remote('127.0.0.1', analytics.events)")]
    [InlineData("SELECT id FROM loop(analytics.events) LIMIT 5")]
    [InlineData("SELECT * FROM file('/etc/hostname', 'LineAsString')")]
    [InlineData("SELECT file('/etc/hostname')")]
    [InlineData("DESCRIBE TABLE url('http://127.0.0.1:1/')")]
    [InlineData("SELECT * FROM system.processes")]
    [InlineData("SELECT * FROM `system` . \"parts\"")]
    [InlineData("SHOW PROCESSLIST")]
    [InlineData("KILL QUERY WHERE 1")]
    [InlineData("USE system")]
    [InlineData("INSERT INTO events VALUES ('a', 'x')")]
    [InlineData("INSERT INTO events SELECT * FROM events")]
    [InlineData("CREATE TABLE x (a Int8) ENGINE = Memory")]
    [InlineData("CREATE TEMPORARY TABLE x AS SELECT * FROM events")]
    [InlineData("ALTER TABLE events DELETE WHERE 1")]
    [InlineData("DROP TABLE events")]
    [InlineData("SYSTEM STOP MERGES")]
    [InlineData("BACKUP DATABASE analytics TO File('x')")]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/never'")]
    [InlineData("SELECT $x$ SETTINGS a = 1 $x$")]
    public async Task Is_refused_whatever_would_get_around_it(string sql)
    {
        var (status, text) = await server.AsReaderAsync(sql, Filter);

        Assert.True(status is 400 or 403, $"{status}: {text}");
        Assert.Matches("^Code: (164|497)\\. ", text);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT * FROM processes", "system")]
    [InlineData("SELECT * FROM {t:Identifier}", "analytics")]
    [InlineData("SELECT * FROM {d:Identifier}.processes", "analytics")]
    public async Task Cannot_name_a_system_table_by_a_detour(string sql, string database)
    {
        var (status, text) = await server.AsReaderAsync(sql, $"{Filter}&database={database}&param_t=system.processes&param_d=system");

        Assert.Equal(403, status);
        Assert.StartsWith("Code: 497. ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cannot_lift_its_own_restriction_in_the_url()
    {
        var (status, text) = await server.AsReaderAsync("INSERT INTO events VALUES ('a', 'x')", "&readonly=0");

        Assert.Equal(400, status);
        Assert.StartsWith("Code: 164. ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT id FROM (SELECT id FROM events SETTINGS additional_table_filters = {})")]
    [InlineData("SELECT id FROM merge('analytics', 'events')")]
    [InlineData("SET additional_table_filters = {}")]
    public async Task Any_user_is_held_by_readonly_in_the_url(string sql)
    {
        using var response = await server.PostAsync(sql, $"{Filter}&readonly=1");

        Assert.Contains(response.Headers.GetValues("X-ClickHouse-Exception-Code").Single(), new[] { "164", "497" });
    }

    [Fact]
    public async Task May_have_a_column_called_settings_and_look_at_the_schema()
    {
        Assert.Equal(200, (await server.AsReaderAsync("SELECT settings FROM (SELECT 1 AS settings) WHERE settings = 1")).Status);
        Assert.Equal(200, (await server.AsReaderAsync("SELECT name FROM system.columns WHERE table = 'events'")).Status);
        Assert.Equal(200, (await server.AsReaderAsync("SELECT count() FROM numbers(10)")).Status);
        Assert.Equal(200, (await server.AsReaderAsync("SHOW TABLES")).Status);
    }
}
