using Analytics.Api.Caching;
using TestKit;

namespace Analytics.Api.Tests.Caching;

/// <summary>The rules of the cache, with everything around it in the test's hand.</summary>
public sealed class AnswerCacheTests : IDisposable
{
    private readonly Versions _versions = new();
    private readonly TestCache _cache;

    public AnswerCacheTests() => _cache = new TestCache(_versions.ReadAsync, TimeProvider.System);

    [Fact]
    public async Task An_answer_is_used_again_until_something_is_stored()
    {
        var plan = CountingPlan.Of("[1]");

        Assert.Equal(("[1]", "miss"), await _cache.AskAsync(plan.Ask()));
        Assert.Equal(("[1]", "hit"), await _cache.AskAsync(plan.Ask()));
        _versions.Current++;
        Assert.Equal(("[1]", "miss"), await _cache.AskAsync(plan.Ask()));

        Assert.Equal(2, plan.Runs);
        Assert.Equal(3, _versions.Reads);
    }

    [Fact]
    public async Task What_is_stored_while_an_answer_is_computed_outdates_it()
    {
        var plan = new CountingPlan(_ =>
        {
            _versions.Current++;
            return Task.FromResult("[1]");
        });

        await _cache.AskAsync(plan.Ask());

        Assert.Equal("miss", (await _cache.AskAsync(plan.Ask())).Word);
    }

    [Fact]
    public async Task Tenants_and_questions_do_not_mix()
    {
        await _cache.AskAsync(CountingPlan.Of("[1]").Ask("q", "a"));

        Assert.Equal(("[2]", "miss"), await _cache.AskAsync(CountingPlan.Of("[2]").Ask("q", "b")));
        Assert.Equal(("[3]", "miss"), await _cache.AskAsync(CountingPlan.Of("[3]").Ask("r", "a")));
        Assert.Equal(("[1]", "hit"), await _cache.AskAsync(CountingPlan.Of("[4]").Ask("q", "a")));
    }

    [Fact]
    public async Task A_request_may_refuse_the_cache()
    {
        await _cache.AskAsync(CountingPlan.Of("[1]").Ask());

        Assert.Equal(("[2]", "miss"), await _cache.AskAsync(CountingPlan.Of("[2]").Ask(), new(MayReuse: false, MayKeep: false, [])));
        Assert.Equal(("[1]", "hit"), await _cache.AskAsync(CountingPlan.Of("[3]").Ask()));
        Assert.Equal(("[4]", "miss"), await _cache.AskAsync(CountingPlan.Of("[4]").Ask(), new(MayReuse: false, MayKeep: true, [])));
        Assert.Equal(("[4]", "hit"), await _cache.AskAsync(CountingPlan.Of("[5]").Ask()));
    }

    [Fact]
    public async Task Equal_questions_at_the_same_time_are_computed_once()
    {
        var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var plan = new CountingPlan(_ => done.Task);
        var asked = Enumerable.Range(0, 50).Select(_ => _cache.AskAsync(plan.Ask())).ToList();
        await Eventually.TrueAsync("it is being computed", () => plan.Runs > 0);

        done.SetResult("[1]");

        Assert.All(await Task.WhenAll(asked), answer => Assert.Equal("[1]", answer.Rows));
        Assert.Equal(1, plan.Runs);
    }

    [Fact]
    public async Task Computing_ends_when_the_last_one_leaves_and_not_before()
    {
        var (started, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        var plan = new CountingPlan(async cancellation =>
        {
            await using var end = cancellation.Register(ended.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return "";
        });
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var asked = new[] { first, second }.Select(leaving => _cache.Answers.FindAsync(plan.Ask(), Asking.Plainly, _ => false, leaving.Token)).ToList();
        await started.Task;
        await Eventually.EqualsAsync("checks", true, () => Task.FromResult(_versions.Reads >= 1));

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked[0]);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked[1]);

        await ended.Task;
    }

    [Fact]
    public async Task A_check_that_fails_costs_the_cache_and_not_the_answer()
    {
        await _cache.AskAsync(CountingPlan.Of("[1]").Ask());
        _versions.Hold = _ => throw new IOException("away");

        Assert.Equal(("[2]", "miss"), await _cache.AskAsync(CountingPlan.Of("[2]").Ask()));
        _versions.Hold = _ => Task.CompletedTask;
        Assert.Equal(("[1]", "hit"), await _cache.AskAsync(CountingPlan.Of("[3]").Ask()));
    }

    [Fact]
    public async Task Whoever_asks_during_a_check_shares_the_next_one()
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _versions.Hold = _ => first.Task;
        var early = _cache.Checks.ReadAsync("t", Versions.Range, Ct);
        await Eventually.EqualsAsync("checks", 1, () => Task.FromResult(_versions.Reads));
        _versions.Current = 7; // stored after the first check began
        _versions.Hold = _ => Task.CompletedTask;
        var late = Enumerable.Range(0, 100).Select(_ => _cache.Checks.ReadAsync("t", Versions.Range, Ct)).ToList();

        first.SetResult();

        Assert.Equal(1UL, (await early)!.Of(Versions.Range).Fingerprint);
        Assert.All(await Task.WhenAll(late), hours => Assert.Equal(7UL, hours!.Of(Versions.Range).Fingerprint));
        Assert.Equal(2, _versions.Reads);
    }

    [Fact]
    public async Task Memory_is_bounded()
    {
        var options = new CacheOptions { MemoryBytes = 1_048_576, MaxEntryBytes = 100_000 };
        using var cache = new TestCache(_versions.ReadAsync, TimeProvider.System, options: options);
        for (var i = 0; i < 200; i++)
            await cache.AskAsync(CountingPlan.Of(new string('x', 50_000)).Ask($"q{i}"));
        await cache.AskAsync(CountingPlan.Of(new string('x', 200_000)).Ask("large"));

        Assert.InRange(cache.Memory.Bytes, 1, 1_048_576);
        Assert.Null(cache.Memory.Find(new CacheKey("t", "large")));
    }

    public void Dispose() => _cache.Dispose();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}
