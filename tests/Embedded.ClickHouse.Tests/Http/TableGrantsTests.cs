namespace Embedded.ClickHouse.Tests.Http;

/// <summary>A user with <c>Tables</c> reads these and nothing else, whatever the statement looks like.</summary>
public sealed class TableGrantsTests(Server server) : IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try
        {
            await server.AskAsync("CREATE TABLE IF NOT EXISTS hidden (id String) ENGINE = MergeTree ORDER BY id");
            await server.AskAsync("CREATE TABLE IF NOT EXISTS shown (id String) ENGINE = MergeTree ORDER BY id");
            await server.AskAsync("CREATE DATABASE IF NOT EXISTS x_granted");
            await server.AskAsync("CREATE VIEW IF NOT EXISTS x_granted.behind AS SELECT id FROM analytics.hidden");
            if (await server.AskAsync("SELECT count() FROM hidden") == "0\n") await server.AskAsync("INSERT INTO hidden VALUES ('secret')");
        }
        finally
        {
            Once.Release();
        }
    }

    public ValueTask DisposeAsync() => default;

    [Theory]
    [InlineData("SELECT id FROM x_granted.behind", "secret\n")]
    [InlineData("SELECT count() FROM analytics.shown", "0\n")]
    [InlineData("SELECT count() FROM shown", "0\n")]
    [InlineData("(SELECT 1) UNION ALL (SELECT 1)", "1\n1\n")]
    [InlineData("WITH a AS (SELECT id FROM x_granted.behind) SELECT id FROM a WHERE id IN a", "secret\n")]
    [InlineData("SELECT formatQuerySingleLine('select   1')", "SELECT 1\n")]
    public async Task Reads_what_was_granted(string sql, string expected)
    {
        var (status, text) = await server.AsGranteeAsync(sql);

        Assert.Equal((200, expected), (status, text));
    }

    [Theory]
    [InlineData("SELECT * FROM hidden")]
    [InlineData("SELECT * FROM analytics.hidden")]
    [InlineData("SELECT 1 WHERE 'secret' IN analytics.hidden")]
    [InlineData("SELECT 1 WHERE 'secret' IN (SELECT id FROM hidden)")]
    [InlineData("SELECT (SELECT count() FROM hidden)")]
    [InlineData("SELECT 1 UNION ALL SELECT count() FROM hidden")]
    [InlineData("SELECT * FROM shown AS s JOIN hidden AS h ON s.id = h.id")]
    [InlineData("WITH shown AS (SELECT * FROM hidden) SELECT * FROM shown")]
    [InlineData("SELECT exists(SELECT 1 FROM hidden)")]
    [InlineData("SELECT * FROM numbers(3)")]
    [InlineData("SELECT * FROM system.tables")]
    [InlineData("SELECT dictGet('analytics.d', 'a', 1)")]
    [InlineData("SELECT joinGet('analytics.j', 'a', 1)")]
    [InlineData("DESCRIBE TABLE hidden")]
    [InlineData("SHOW TABLES")]
    [InlineData("EXISTS TABLE hidden")]
    [InlineData("EXPLAIN ESTIMATE SELECT * FROM hidden")]
    [InlineData("EXPLAIN QUERY TREE SELECT (SELECT throwIf(count() = 1) FROM hidden)")]
    [InlineData("INSERT INTO shown SELECT * FROM hidden")]
    [InlineData("SELECT 1 FROM shown SETTINGS max_threads = 1")]
    public async Task Is_refused_all_else(string sql)
    {
        var (status, text) = await server.AsGranteeAsync(sql);

        Assert.True(status is 400 or 403 or 404 or 500, $"{status}: {text}");
        Assert.Matches("^Code: (36|47|60|164|497)\\. ", text);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }
}
