using Analytics.Api.Query;
using CsCheck;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Analytics.Api.Tests.Query;

public sealed class QueryGateTests : IDisposable
{
    private readonly FakeMeters _meters = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _served = [];

    [Fact]
    public async Task Tenants_take_turns_however_many_questions_one_of_them_asks()
    {
        var gate = Gate(new() { MaxConcurrent = 1 });
        var holder = await gate.EnterAsync("noisy", Ct);
        var all = Enumerable.Range(0, 5).Select(i => ServeAsync(gate, "noisy", $"n{i}")).ToList();
        all.AddRange([ServeAsync(gate, "quiet", "q0"), ServeAsync(gate, "quiet", "q1"), ServeAsync(gate, "other", "o0")]);
        Assert.Equal((1, 8), gate.Load);

        holder.Dispose();
        await Task.WhenAll(all);

        Assert.Equal(["n0", "q0", "o0", "n1", "q1", "n2", "n3", "n4"], _served);
        Assert.Equal((0, 0), gate.Load);
    }

    [Fact]
    public async Task Questions_that_were_answered_before_take_turns_with_those_of_their_tenant_that_waited_longer()
    {
        var gate = Gate(new() { MaxConcurrent = 1 });
        var holder = await gate.EnterAsync("a", Ct);
        var all = new[] { ("a", false), ("a", false), ("b", false), ("a", true), ("a", true), ("b", false) }
            .Select((asked, i) => ServeAsync(gate, asked.Item1, $"{asked.Item1}{i}", asked.Item2)).ToList();

        holder.Dispose();
        await Task.WhenAll(all);

        Assert.Equal(["a3", "b2", "a0", "b5", "a4", "a1"], _served);
    }

    [Theory]
    [InlineData(0, 0, 4)]
    [InlineData(1, 0, 2)]
    [InlineData(16, 0, 16)]
    [InlineData(16, 3, 3)]
    public void Places_follow_the_cores_of_the_engine(int cores, int set, int least)
    {
        var places = new QueryOptions { EngineCores = cores, MaxConcurrent = set }.Places;

        Assert.True(cores == 0 ? places >= least : places == least, $"{places}");
    }

    [Theory]
    [InlineData(0, new int[0])]
    [InlineData(4, new[] { 4, 2, 1, 1, 1 })]
    public async Task Statements_that_run_share_the_cores_of_the_engine(int cores, int[] threads)
    {
        var gate = Gate(new() { MaxConcurrent = 8, EngineCores = cores });
        var seen = new List<int>();

        for (var i = 0; i < 5; i++)
        {
            await gate.EnterAsync($"t{i}", Ct);
            if (gate.Threads is { } share)
                seen.Add(share);
        }

        Assert.Equal(threads, seen);
    }

    [Fact]
    public async Task One_tenant_never_holds_all_places()
    {
        var gate = Gate(new() { MaxConcurrent = 4 });
        var held = new List<QueryGate.Turn>();
        for (var i = 0; i < 3; i++)
            held.Add(await gate.EnterAsync("noisy", Ct));
        var fourth = gate.EnterAsync("noisy", Ct).AsTask();
        Assert.False(fourth.IsCompleted);

        using var quiet = await gate.EnterAsync("quiet", Ct);

        held[0].Dispose();
        using var late = await fourth;
        Assert.Equal((4, 0), gate.Load);
    }

    [Fact]
    public async Task A_full_queue_of_its_own_refuses_the_tenant_and_nobody_else()
    {
        var gate = Gate(new() { MaxConcurrent = 1, MaxQueuedPerTenant = 2 });
        using var holder = await gate.EnterAsync("noisy", Ct);
        var waiting = new[] { gate.EnterAsync("noisy", Ct).AsTask(), gate.EnterAsync("noisy", Ct).AsTask() };

        var refused = await Assert.ThrowsAsync<QueryFailedException>(() => gate.EnterAsync("noisy", Ct).AsTask());
        var quiet = gate.EnterAsync("quiet", Ct).AsTask();

        Assert.Equal(FailureKind.TenantBusy, refused.Kind);
        Assert.Equal((1, 3), gate.Load);
        Assert.All([.. waiting, quiet], task => Assert.False(task.IsCompleted));
    }

    [Fact]
    public async Task When_all_queues_are_full_the_longest_makes_room_for_a_shorter_one()
    {
        var gate = Gate(new() { MaxConcurrent = 1, MaxQueued = 3 });
        using var holder = await gate.EnterAsync("noisy", Ct);
        var noisy = Enumerable.Range(0, 3).Select(_ => gate.EnterAsync("noisy", Ct).AsTask()).ToList();

        var quiet = gate.EnterAsync("quiet", Ct).AsTask();
        var dropped = await Assert.ThrowsAsync<QueryFailedException>(() => noisy[2]);
        var refused = await Assert.ThrowsAsync<QueryFailedException>(() => gate.EnterAsync("noisy", Ct).AsTask());

        Assert.Equal((FailureKind.TenantBusy, FailureKind.Busy), (dropped.Kind, refused.Kind));
        Assert.Equal((1, 3), gate.Load);
        Assert.False(quiet.IsCompleted);
    }

    [Fact]
    public async Task Who_waits_too_long_is_refused_and_leaves_the_queue()
    {
        var gate = Gate(new() { MaxConcurrent = 1, QueueDeadline = TimeSpan.FromSeconds(15) });
        var holder = await gate.EnterAsync("a", Ct);
        var waiting = gate.EnterAsync("a", Ct).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(14.9));
        Assert.False(waiting.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal(FailureKind.Busy, (await Assert.ThrowsAsync<QueryFailedException>(() => waiting)).Kind);
        Assert.Equal((1, 0), gate.Load);
        holder.Dispose();
        using var next = await gate.EnterAsync("a", Ct);
        Assert.Equal((1, 0), gate.Load);
    }

    [Fact]
    public async Task Who_goes_away_leaves_the_queue()
    {
        var gate = Gate(new() { MaxConcurrent = 1 });
        using var leaving = new CancellationTokenSource();
        var holder = await gate.EnterAsync("a", Ct);
        var waiting = gate.EnterAsync("a", leaving.Token).AsTask();
        var behind = gate.EnterAsync("a", Ct).AsTask();

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal((1, 1), gate.Load);
        holder.Dispose();
        (await behind).Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.EnterAsync("a", leaving.Token).AsTask());
        Assert.Equal((0, 0), gate.Load);
    }

    /// <summary>Any order of entering, leaving (also twice) and giving up: bounds hold at every moment, nobody is forgotten.</summary>
    [Fact]
    public void Bounds_hold_whatever_happens() => Gen.Select(Gen.Int[1, 5], Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[0, 29].Array[1, 200]).Sample((places, most, mostPerTenant, steps) =>
    {
        var ofOne = Math.Max(1, places - 1);
        var queue = new FairQueue(places, ofOne, most, mostPerTenant);
        var inside = new List<(string Tenant, FairQueue.Waiter Waiter)>();
        foreach (var step in steps)
        {
            if (step < 15)
            {
                var tenant = $"t{step % 3}";
                inside.Add((tenant, queue.Enter(tenant, step % 2 == 0, out var dropped)));
                dropped?.Refuse();
            }
            else if (inside.Count > 0)
            {
                var (_, waiter) = inside[step % inside.Count];
                queue.Leave(waiter);
                queue.Leave(waiter);
                inside.RemoveAt(step % inside.Count);
            }

            inside.RemoveAll(one => one.Waiter.Outcome.IsCompleted && !Holds(one.Waiter));
            var holding = inside.Where(one => Holds(one.Waiter)).ToList();
            var waiting = inside.Where(one => !one.Waiter.Outcome.IsCompleted).ToList();
            var eligible = waiting.Any(one => holding.Count(other => other.Tenant == one.Tenant) < ofOne);
            if (queue.Load != (holding.Count, waiting.Count) || holding.Count > places || waiting.Count > most
                || (holding.Count < places && eligible)
                || holding.Concat(waiting).CountBy(one => (one.Tenant, one.Waiter.Outcome.IsCompleted)).Any(line => line.Value > (line.Key.IsCompleted ? ofOne : mostPerTenant)))
                return false;
        }

        inside.ForEach(one => queue.Leave(one.Waiter));
        return queue.Load == (0, 0);
    }, iter: 500);

    public void Dispose() => _meters.Dispose();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

#pragma warning disable CA1849, RS0030 // completed: nothing is waited for
    private static bool Holds(FairQueue.Waiter waiter) => waiter.Outcome is { IsCompletedSuccessfully: true, Result: Admission.Granted };
#pragma warning restore CA1849, RS0030

    private QueryGate Gate(QueryOptions options) => new(Options.Create(options), new QueryTelemetry(_meters), _clock);

    private async Task ServeAsync(QueryGate gate, string tenant, string name, bool isKnown = false)
    {
        using var turn = await gate.EnterAsync(tenant, Ct, isKnown);
        lock (_served)
            _served.Add(name);
    }
}
