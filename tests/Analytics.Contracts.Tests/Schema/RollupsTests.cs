using Analytics.Contracts.Schema;
using TestKit;

namespace Analytics.Contracts.Tests.Schema;

/// <summary>The rollups always say what the events say, whatever is repeated, killed or migrated, and never before them.</summary>
public sealed class RollupsTests(RollupsTests.Engine engine) : IClassFixture<RollupsTests.Engine>
{
    private int databases;

    [Fact]
    public async Task They_hold_what_the_events_say_and_a_repeated_token_changes_nothing()
    {
        var store = await NewAsync();
        await store.InsertAsync(0, 0, 2_000);
        await store.InsertAsync(1, 0, 2_000);
        await store.InsertAsync(0, 2_000, 500);
        await store.AgreesAsync("after three inserts");
        var before = await store.KeptAsync();

        await store.InsertAsync(0, 0, 2_000);
        await store.InsertAsync(0, 2_000, 500);

        Assert.Equal(4_500, await store.NumberAsync("SELECT count() FROM events"));
        Assert.Equal(before, await store.KeptAsync());
        await store.ExecuteAsync("OPTIMIZE TABLE rollups FINAL");
        Assert.Equal(before, await store.KeptAsync());
    }

    [Fact]
    public async Task The_replay_completes_an_insert_that_reached_only_the_events()
    {
        var store = await NewAsync();
        await store.InsertAsync(0, 0, 1_000);
        await store.ExecuteAsync("DETACH TABLE events_to_rollups SYNC");
        await store.InsertAsync(0, 1_000, 1_000);
        await store.ExecuteAsync("ATTACH TABLE events_to_rollups");
        Assert.Equal(1_000, await store.NumberAsync("SELECT sum(events) FROM stored_hours"));

        await store.InsertAsync(0, 1_000, 1_000);

        Assert.Equal(2_000, await store.NumberAsync("SELECT count() FROM events"));
        await store.AgreesAsync("after the replay");
    }

    [Fact]
    public async Task Killed_while_inserting_the_replay_makes_them_agree()
    {
        await using var own = await EmbeddedEngine.StartClickHouseAsync();
        var store = new RollupStore(own.ConnectionString + ";Database=analytics");
        await store.MigrateAsync();
        const int seed = 4;
        var random = new Random(seed);
        var (next, halves) = (0, 0L);
        for (var kill = 0; kill < 4; kill++)
        {
            using var killed = new CancellationTokenSource();
            var dying = Task.Run(async () =>
            {
                await Task.Delay(random.Next(60, 160), CancellationToken.None);
                await own.KillAsync();
                await killed.CancelAsync();
            }, TestContext.Current.CancellationToken);
            while (!killed.IsCancellationRequested)
            {
                try
                {
                    await store.InsertAsync(0, next * 50L, 50);
                    next++;
                }
                catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
                {
                    await dying; // the insert that the kill cut off is the next one to be repeated
                }
            }

            await dying;
            await own.StartAgainAsync();
            halves += await store.NumberAsync("SELECT (SELECT count() FROM events) - (SELECT sum(events) FROM stored_hours)") == 0 ? 0 : 1;
            await store.InsertAsync(0, next * 50L, 50);
            next++;
            await store.AgreesAsync($"kill {kill}, seed {seed}");
            Assert.Equal(next * 50L, await store.NumberAsync("SELECT count() FROM events"));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{next} inserts, {halves} of 4 kills between events and rollups");
    }

    [Fact]
    public async Task Nothing_is_in_the_rollups_before_it_is_in_the_events()
    {
        var store = await NewAsync();
        using var written = new CancellationTokenSource();
        var writers = Task.WhenAll(Enumerable.Range(0, 2).Select(partition => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
                await store.InsertAsync(partition, i * 300L, 300);
        }, TestContext.Current.CancellationToken))).ContinueWith(_ => written.Cancel(), TaskScheduler.Default);
        var looks = 0;
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!written.IsCancellationRequested)
            {
                var version = await store.NumberAsync("SELECT sum(events) FROM stored_hours");
                var stored = await store.NumberAsync("SELECT count() FROM events");
                Assert.True(version <= stored, $"the rollups knew {version} events when {stored} could be read");
                Interlocked.Increment(ref looks);
            }
        }, TestContext.Current.CancellationToken)));
        await writers;

        Assert.True(looks > 0);
        await store.AgreesAsync("at the end");
        Assert.Equal(36_000, await store.NumberAsync("SELECT sum(events) FROM stored_hours"));
    }

    [Fact]
    public async Task Hours_days_and_the_version_change_in_the_same_moment()
    {
        var store = await NewAsync();
        var writer = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
                await store.InsertAsync(0, i * 300L, 300);
        }, TestContext.Current.CancellationToken);
        do
        {
            Assert.Equal(1, await store.NumberAsync(
                "SELECT sumIf(events, grain = 'hour') = sumIf(events, grain = 'day') AND sumIf(events, grain = 'hour') = sumIf(events, grain = 'stored') FROM rollups"));
        }
        while (!writer.IsCompleted);
        await writer;
    }

    [Fact]
    public async Task An_insert_of_events_of_fifty_years_makes_one_part()
    {
        var store = await NewAsync();
        await store.ExecuteAsync("SYSTEM STOP MERGES rollups");

        await store.InsertAsync(0, 0, 5_000, spanSeconds: 50L * 365 * 86_400);

        Assert.Equal(1, await store.NumberAsync("SELECT count() FROM system.parts WHERE database = currentDatabase() AND table = 'rollups' AND active"));
        await store.AgreesAsync("events of fifty years");
    }

    [Fact]
    public async Task Events_stored_before_are_summed_up_and_a_migration_killed_anywhere_is_run_again()
    {
        var store = await NewAsync(former: true);
        var statements = RollupStore.Rollups.Statements;
        for (var (killedAfter, offset) = (0, 0L); killedAfter <= statements.Count; killedAfter++, offset += 200)
        {
            await store.InsertAsync(0, offset, 200);
            foreach (var statement in statements.Take(killedAfter))
                await store.ExecuteAsync(statement);

            await store.MigrateAsync();

            await store.AgreesAsync($"killed after {killedAfter} statements");
            await store.StepBackAsync();
        }

        await store.InsertAsync(0, 1_000_000, 200);
        await store.AgreesAsync("after the migrations");
    }

    [Fact]
    public async Task Inserts_during_the_migration_are_refused_or_counted()
    {
        var store = await NewAsync(former: true);
        await store.InsertAsync(0, 0, 20_000);
        var migrated = false;
        var writers = Enumerable.Range(1, 2).Select(partition => Task.Run(async () =>
        {
            for (var (range, after) = (0, 0); after < 3; after += migrated ? 1 : 0)
            {
                try
                {
                    await store.InsertAsync(partition, range * 200L, 200);
                    range++;
                }
                catch (ClickHouse.Driver.ClickHouseServerException)
                {
                    // as the worker does: the same again
                }
            }
        }, TestContext.Current.CancellationToken)).ToList();
        for (var i = 0; i < 3; i++)
        {
            await store.MigrateAsync();
            await store.StepBackAsync();
        }

        migrated = true;
        await Task.WhenAll(writers);

        await store.AgreesAsync("after migrations with inserts running");
    }

    [Fact]
    public void The_view_sums_up_as_the_migration_does()
    {
        static string Select(string statement) => statement[statement.IndexOf("SELECT", StringComparison.Ordinal)..].Split("\nSETTINGS")[0];

        var statements = RollupStore.Rollups.Statements;

        Assert.Equal(
            Select(statements.Single(statement => statement.StartsWith("INSERT INTO rollups", StringComparison.Ordinal))),
            Select(statements.Single(statement => statement.StartsWith("CREATE MATERIALIZED VIEW", StringComparison.Ordinal))));
    }

    private async Task<RollupStore> NewAsync(bool former = false)
    {
        var name = $"rollups_{Interlocked.Increment(ref databases)}_{Guid.NewGuid():N}";
        await TestDatabase.CreateAsync(engine.ClickHouse.ConnectionString, name);
        var store = new RollupStore($"{engine.ClickHouse.ConnectionString};Database={name}");
        await (former ? store.CreateFormerSchemaAsync() : store.MigrateAsync());
        return store;
    }

    /// <summary>One engine for the class, a database for every test.</summary>
    public sealed class Engine : IAsyncLifetime
    {
        public EmbeddedEngine ClickHouse { get; private set; } = null!;

        public async ValueTask InitializeAsync() => ClickHouse = await EmbeddedEngine.StartClickHouseAsync();

        public ValueTask DisposeAsync() => ClickHouse.DisposeAsync();
    }
}
