using TestKit;

namespace Ingestion.Worker.Tests;

/// <summary>kill -9 of each process while events flow. The seed decides when; it is part of every message.</summary>
public sealed class SurvivesCrashesTests(WorkerEngines stack) : IClassFixture<WorkerEngines>
{
    private const int Rounds = 3;
    private const int PerRound = 4_000;
    private static readonly DateTimeOffset End = new(2026, 5, 4, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("worker", 11)]
    [InlineData("clickhouse", 12)]
    [InlineData("kafka", 13)]
    public async Task Nothing_is_lost_or_doubled_when_a_process_is_killed(string victim, int seed)
    {
        var random = new Random(seed);
        var tenant = $"kill-{victim}";
        var events = Events.Generate(seed, Rounds * PerRound, End, TimeSpan.FromDays(1)).Select(item => item.ToJson()).ToList();
        var worker = await stack.StartWorkerProcessAsync(("Ingestion:InstanceId", tenant), ("Ingestion:MaxBatchRows", "500"));

        for (var round = 0; round < Rounds; round++)
        {
            var before = await stack.StoredAsync(tenant);
            var sending = stack.SendAsync(tenant, events[(round * PerRound)..((round + 1) * PerRound)]);
            var threshold = before + random.Next(1, PerRound / 2);
            await Eventually.TrueAsync($"rows arrive (seed {seed})", async () => await stack.StoredAsync(tenant) >= threshold, TimeSpan.FromSeconds(180));
            switch (victim)
            {
                case "worker":
                    await worker.Kill9Async();
                    worker = await stack.StartWorkerProcessAsync(("Ingestion:InstanceId", tenant), ("Ingestion:MaxBatchRows", "500"));
                    break;
                case "clickhouse":
                    await stack.ClickHouse.KillAsync();
                    await stack.ClickHouse.StartAgainAsync();
                    break;
                default:
                    await stack.Kafka.KillAsync();
                    await stack.Kafka.StartAgainAsync();
                    break;
            }

            await sending;
        }

        await stack.AllAccountedAsync(tenant, events.Count);
        await worker.Kill9Async();

        Assert.True(events.Count == await stack.StoredAsync(tenant), $"seed {seed}: {await stack.StoredAsync(tenant)} rows of {events.Count}");
        Assert.Equal(events.Count, await stack.CountAsync($"SELECT uniqExact(id) FROM events WHERE tenant = '{tenant}'"));
        Assert.Equal(events.Count, await stack.CountAsync($"SELECT uniqExact(kafka_partition, kafka_offset) FROM events WHERE tenant = '{tenant}'"));
    }

    [Fact]
    public async Task A_worker_that_sleeps_through_its_session_and_wakes_up_stores_nothing_twice()
    {
        const int Seed = 14, Stop = 19, Continue = 18;
        const string Tenant = "zombie";
        var events = Events.Generate(Seed, 2 * PerRound, End, TimeSpan.FromDays(1)).Select(item => item.ToJson()).ToList();
        var sleeper = await stack.StartWorkerProcessAsync(("Ingestion:MaxBatchRows", "200"));
        await Eventually.TrueAsync("the sleeper owns partitions", () => sleeper.Log.Contains("Took over", StringComparison.Ordinal));
        var sending = stack.SendAsync(Tenant, events[..PerRound]);
        await Eventually.TrueAsync("rows arrive", async () => await stack.StoredAsync(Tenant) > 0);

        sleeper.Signal(Stop);
        await sending;
        var owner = await stack.StartWorkerProcessAsync(("Ingestion:MaxBatchRows", "200"));
        await stack.AllAccountedAsync(Tenant, PerRound);
        sleeper.Signal(Continue);
        await stack.SendAsync(Tenant, events[PerRound..]);

        await stack.AllAccountedAsync(Tenant, events.Count);
        Assert.Equal(events.Count, await stack.StoredAsync(Tenant));
        Assert.Equal(events.Count, await stack.CountAsync($"SELECT uniqExact(kafka_partition, kafka_offset) FROM events WHERE tenant = '{Tenant}'"));
        Assert.Equal(events.Count, await stack.LedgerAsync(Tenant, "stored"));
        await Task.WhenAll(sleeper.Kill9Async(), owner.Kill9Async());
    }
}
