using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using Microsoft.Extensions.Options;
using TestKit;

namespace Analytics.Api.Tests.Query;

/// <summary>Far more heavy questions than the engine can take: what runs is bounded, others get their turn, whoever leaves leaves nothing.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class BusyEngineTests(QueryEngine engine) : IDisposable
{
    private readonly FakeMeters _meters = new();
    private readonly string _marker = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Whoever_goes_away_leaves_queue_and_engine_empty_and_others_are_served_meanwhile()
    {
        var options = new QueryOptions { MaxConcurrent = 3 };
        var gate = new QueryGate(Options.Create(options), new QueryTelemetry(_meters), TimeProvider.System);
        using var runner = engine.NewRunner(options, gate);
        using var leaving = new CancellationTokenSource();
        var endless = new Statement($"SELECT sum(cityHash64(number)) FROM numbers(1000000000000) -- {_marker}", new SqlParameters());
        var noisy = Enumerable.Range(0, 200).Select(_ => runner.RunAsync("noisy", endless, QueryRunner.JsonRows, leaving.Token)).ToList();
        await Eventually.EqualsAsync("queries in the engine", 2, RunningAsync); // the third place is left to others
        Assert.Equal((2, 198), gate.Load);

        using (var quiet = await runner.RunAsync("quiet", new Statement("SELECT 1", new SqlParameters()), QueryRunner.JsonRows, TestContext.Current.CancellationToken))
            Assert.Equal("[1]", System.Text.Encoding.UTF8.GetString(quiet.Bytes).Trim());
        Assert.Equal(2, await RunningAsync());

        await leaving.CancelAsync();

        foreach (var one in noisy)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.Equal((0, 0), gate.Load);
        await Eventually.EqualsAsync("queries in the engine", 0, RunningAsync);
    }

    public void Dispose() => _meters.Dispose();

    private Task<int> RunningAsync() => engine.Database.ScalarAsync<int>(
        $"SELECT count() FROM system.processes WHERE query LIKE '%{_marker}%' AND query NOT LIKE '%system.processes%'");
}
