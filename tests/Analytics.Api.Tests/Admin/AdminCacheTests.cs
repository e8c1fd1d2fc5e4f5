using System.Net;
using System.Text.Json;
using Analytics.Api.Tests.Caching;
using Analytics.Api.Tests.Query;
using TestKit;

namespace Analytics.Api.Tests.Admin;

/// <summary>Two processes of the API with one Redis and one control store, and two tenants: an admin sees and clears what is kept of the own one.</summary>
public sealed class AdminCacheTests(TwoTenants tenants, Infrastructure infrastructure) : IClassFixture<TwoTenants>, IAsyncLifetime
{
    private const string Route = "/api/v1/admin/cache";

    private readonly List<ApiApplication> _processes = [];
    private GarnetBehindAWire _garnet = null!;

    public async ValueTask InitializeAsync()
    {
        _garnet = GarnetBehindAWire.Start();
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:clickhouse"] = tenants.Database.ConnectionString,
            ["ConnectionStrings:kafka"] = await infrastructure.KafkaAsync(),
            ["ConnectionStrings:redis"] = _garnet.ConnectionString,
            ["Cache:RedisTimeout"] = "00:00:10",
            ["Cache:RedisPause"] = "00:00:00",
        };
        for (var i = 0; i < 2; i++)
        {
            var process = new ApiApplication(settings, tenants.Api.Directory);
            _processes.Add(process);
            using var anybody = process.CreateClient();
            await Eventually.TrueAsync("the process is ready", async () => (await anybody.GetAsync("/health/ready")).IsSuccessStatusCode, TimeSpan.FromMinutes(1));
            using var admin = At(process, tenants.Own.Admin);
            await Eventually.TrueAsync("it has a Redis", async () => (await ShowAsync(admin)).GetProperty("redis").GetBoolean(), TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task An_admin_sees_what_is_kept_of_the_own_tenant()
    {
        using var own = At(_processes[0], tenants.Own.Admin);
        using var foreign = At(_processes[0], tenants.Foreign.Admin);
        var empty = await ShowAsync(own);
        await AskAsync(own, "type");
        foreach (var field in new[] { "type", "subject", "data.country" })
            await AskAsync(foreign, field);

        var (mine, theirs) = (await ShowAsync(own), await ShowAsync(foreign));

        Assert.Equal((0, JsonValueKind.Null), (empty.GetProperty("answers").GetInt32(), empty.GetProperty("oldestSeconds").ValueKind));
        Assert.Equal((tenants.Own.Name, 1), (mine.GetProperty("tenant").GetString(), mine.GetProperty("answers").GetInt32()));
        Assert.Equal((tenants.Foreign.Name, 3), (theirs.GetProperty("tenant").GetString(), theirs.GetProperty("answers").GetInt32()));
        Assert.Equal(4, mine.GetProperty("processAnswers").GetInt32());
        Assert.Equal(mine.GetProperty("processBytes").GetInt64(), mine.GetProperty("bytes").GetInt64() + theirs.GetProperty("bytes").GetInt64());
        Assert.True(mine.GetProperty("bytes").GetInt64() > 0 && mine.GetProperty("oldestSeconds").GetDouble() >= 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Clearing_in_one_process_outdates_the_answers_of_the_own_tenant_in_all_and_no_others(int process)
    {
        var before = await FillAsync();
        using var admin = At(_processes[0], tenants.Own.Admin);

        using var cleared = await admin.DeleteAsync(Route);

        Assert.Equal(HttpStatusCode.NoContent, cleared.StatusCode);
        Assert.Equal(0, (await ShowAsync(admin)).GetProperty("answers").GetInt32());
        using var client = At(_processes[process], tenants.Own.Viewer);
        using var conditional = await SendAsync(client, "type", before);
        Assert.Equal("miss", (await conditional.JsonAsync()).GetProperty("meta").GetProperty("cache").GetString());
        Assert.NotEqual(before, conditional.Headers.ETag?.ToString());
        Assert.Equal(["hit", "hit"], await WordsAsync(process));
    }

    [Fact]
    public async Task Another_tenants_cache_is_cleared_by_the_platform_alone()
    {
        await FillAsync();
        using var own = At(_processes[0], tenants.Own.Admin);
        using var platform = await _processes[0].LoginAsync();

        using (var refused = await own.DeleteAsync($"{Route}?tenant={tenants.Foreign.Name}"))
            await refused.ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal(["hit", "hit"], await WordsAsync(0));

        using var cleared = await platform.DeleteAsync($"{Route}?tenant={tenants.Own.Name}");
        Assert.Equal(HttpStatusCode.NoContent, cleared.StatusCode);
        Assert.Equal(["miss", "hit"], await WordsAsync(0));
    }

    [Fact]
    public async Task What_is_cleared_is_answered_as_before()
    {
        using var admin = At(_processes[0], tenants.Own.Admin);
        var before = (await AskAsync(admin, "subject")).GetProperty("rows").GetRawText();

        using var cleared = await admin.DeleteAsync(Route);

        Assert.Equal(before, (await AskAsync(admin, "subject")).GetProperty("rows").GetRawText());
        Assert.Equal(tenants.Own.Events.Count + tenants.Foreign.Events.Count, await tenants.Database.ScalarAsync<int>("SELECT sum(events) FROM stored_hours"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        _garnet.Dispose();
    }

    /// <summary>Both processes have the answers of both tenants in memory, and so has Redis. The tag of the own one.</summary>
    private async Task<string> FillAsync()
    {
        foreach (var process in new[] { 0, 1 })
        {
            await WordsAsync(process);
            Assert.Equal(["hit", "hit"], await WordsAsync(process));
        }

        using var redis = await _garnet.ConnectAsync();
        await Eventually.EqualsAsync("answers in Redis", 2, async () => await redis.GetServers()[0].KeysAsync(pattern: "analytics:answer:*")
            .CountAsync(key => !key.ToString().EndsWith(":claim", StringComparison.Ordinal)));
        using var own = At(_processes[0], tenants.Own.Viewer);
        using var answer = await SendAsync(own, "type");
        return answer.Headers.ETag!.ToString();
    }

    /// <summary>What the cache of a process says to the own tenant and to the foreign one.</summary>
    private async Task<List<string>> WordsAsync(int process)
    {
        var words = new List<string>();
        foreach (var tenant in new[] { tenants.Own, tenants.Foreign })
        {
            using var client = At(_processes[process], tenant.Viewer);
            words.Add((await AskAsync(client, "type")).GetProperty("meta").GetProperty("cache").GetString()!);
        }

        return words;
    }

    private static HttpClient At(ApiApplication process, HttpClient of)
    {
        var client = process.CreateClient();
        foreach (var (name, values) in of.DefaultRequestHeaders)
            client.DefaultRequestHeaders.Add(name, values);
        return client;
    }

    private static async Task<JsonElement> ShowAsync(HttpClient admin) => await (await admin.GetAsync(Route)).JsonAsync();

    private static async Task<JsonElement> AskAsync(HttpClient client, string field) => await (await SendAsync(client, field)).JsonAsync();

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string field, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/query/breakdown")
        {
            Content = new StringContent(EveryKind.Ask("breakdown", EveryKind.Range(TwoTenants.From, TwoTenants.To), field)),
        };
        if (ifNoneMatch is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return await client.SendAsync(request);
    }
}
