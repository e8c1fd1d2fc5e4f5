using Analytics.Api.Caching;
using StackExchange.Redis;
using TestKit;

namespace Analytics.Api.Tests.Caching;

/// <summary>Two processes and a real Redis, which may be slow, wrong or away: that costs speed only.</summary>
public sealed class SharedCacheTests : IAsyncLifetime
{
    private static readonly CacheOptions Patient = new() { RedisTimeout = TimeSpan.FromSeconds(10), RedisPause = TimeSpan.Zero, LongestWait = TimeSpan.FromSeconds(20) };

    private readonly Versions _versions = new();
    private GarnetBehindAWire _garnet = null!;
    private ConnectionMultiplexer _redis = null!;
    private TestCache _one = null!;
    private TestCache _two = null!;

    public async ValueTask InitializeAsync()
    {
        _garnet = GarnetBehindAWire.Start();
        _redis = await _garnet.ConnectAsync();
        (_one, _two) = (await StartAsync(Patient), await StartAsync(Patient));
    }

    [Fact]
    public async Task What_one_process_computed_another_one_uses()
    {
        await _one.AskAsync(CountingPlan.Of("[1]").Ask());
        await StoredAsync(1);

        Assert.Equal(("[1]", "hit"), await _two.AskAsync(CountingPlan.Of("[2]").Ask()));
        _versions.Current++;
        Assert.Equal(("[3]", "miss"), await _two.AskAsync(CountingPlan.Of("[3]").Ask()));
    }

    [Fact]
    public async Task Two_processes_compute_an_answer_once()
    {
        var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var plan = new CountingPlan(_ => done.Task);
        var first = _one.AskAsync(plan.Ask());
        await Eventually.EqualsAsync("computing", 1, () => Task.FromResult(plan.Runs));
        var other = CountingPlan.Of("[2]");
        var second = _two.AskAsync(other.Ask());
        await Eventually.EqualsAsync("checks", 2, () => Task.FromResult(_versions.Reads));

        done.SetResult("[1]");

        Assert.Equal(("[1]", "miss"), await first);
        Assert.Equal(("[1]", "hit"), await second);
        Assert.Equal(0, other.Runs);
    }

    [Fact]
    public async Task Nobody_waits_for_a_process_longer_than_computing_takes()
    {
        using var hasty = await StartAsync(new() { RedisTimeout = TimeSpan.FromSeconds(10), LongestWait = TimeSpan.FromMilliseconds(50) });
        var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var stuck = new CountingPlan(_ => done.Task);
        var first = _one.AskAsync(stuck.Ask());
        await Eventually.EqualsAsync("computing", 1, () => Task.FromResult(stuck.Runs));

        Assert.Equal(("[2]", "miss"), await hasty.AskAsync(CountingPlan.Of("[2]").Ask()));

        done.SetResult("[1]");
        await first;
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("another tenant's")]
    [InlineData("cut off")]
    [InlineData("another version")]
    public async Task What_is_no_answer_to_the_question_is_dropped(string kind)
    {
        await _one.AskAsync(CountingPlan.Of("[1]").Ask("q", "theirs"));
        await _one.AskAsync(CountingPlan.Of("[1]").Ask());
        await StoredAsync(2);
        var answer = new CachedAnswer(Versions.Range, Versions.Range, new(1, 1), "[9]"u8.ToArray(), 1, "raw", 0, default);
        var good = AnswerCodec.Write(new("t", "q"), answer);
        byte[] value = kind switch
        {
            "another tenant's" => AnswerCodec.Write(new("theirs", "q"), answer),
            "cut off" => good[..^3],
            "another version" => [(byte)(AnswerCodec.Version + 1), .. good[1..]],
            _ => System.Text.Encoding.UTF8.GetBytes(kind),
        };
        foreach (var key in await KeysAsync())
            await _redis.GetDatabase().StringSetAsync(key, value);

        Assert.Equal(("[2]", "miss"), await _two.AskAsync(CountingPlan.Of("[2]").Ask()));
    }

    [Fact]
    public async Task A_value_of_another_type_is_no_obstacle()
    {
        await _one.AskAsync(CountingPlan.Of("[1]").Ask());
        await StoredAsync(1);
        var key = Assert.Single(await KeysAsync());
        await _redis.GetDatabase().KeyDeleteAsync(key);
        await _redis.GetDatabase().ListRightPushAsync(key, "x");

        Assert.Equal(("[2]", "miss"), await _two.AskAsync(CountingPlan.Of("[2]").Ask()));
    }

    [Fact]
    public async Task A_Redis_that_hangs_or_is_gone_costs_nobody_an_answer()
    {
        using var impatient = await StartAsync(new() { RedisTimeout = TimeSpan.FromMilliseconds(50) });
        _garnet.IsStalled = true;
        Assert.Equal(("[1]", "miss"), await impatient.AskAsync(CountingPlan.Of("[1]").Ask()));
        Assert.Equal(("[1]", "hit"), await impatient.AskAsync(CountingPlan.Of("[2]").Ask()));

        _garnet.Kill();
        _versions.Current++;
        Assert.Equal(("[3]", "miss"), await impatient.AskAsync(CountingPlan.Of("[3]").Ask()));
        Assert.Equal(("[3]", "hit"), await impatient.AskAsync(CountingPlan.Of("[4]").Ask()));
    }

    public ValueTask DisposeAsync()
    {
        _one.Dispose();
        _two.Dispose();
        _garnet.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<TestCache> StartAsync(CacheOptions options)
    {
        var redis = await _garnet.ConnectAsync();
        var cache = new TestCache(_versions.ReadAsync, TimeProvider.System, () => redis, options);
        await Eventually.TrueAsync("the cache has a Redis", () => cache.Redis.IsConnected);
        return cache;
    }

    private Task StoredAsync(int count) => Eventually.EqualsAsync("answers in Redis", count, async () => (await KeysAsync()).Count);

    private async Task<List<RedisKey>> KeysAsync()
    {
        var keys = new List<RedisKey>();
        await foreach (var key in _redis.GetServers()[0].KeysAsync(pattern: "analytics:answer:*"))
            if (!key.ToString().EndsWith(":claim", StringComparison.Ordinal))
                keys.Add(key);
        return keys;
    }
}
