using TestKit;

namespace EndToEnd.Tests;

/// <summary><c>kill -9</c> in mid-stream, several times: every acknowledged event is stored, and stored once.</summary>
public sealed class SurvivesACrashTests
{
    private const int Rounds = 2;

    [Theory]
    [InlineData("Embedded.Kafka")]
    [InlineData("Embedded.ClickHouse")]
    public async Task A_killed_engine_loses_and_doubles_nothing(string engine)
    {
        await using var standalone = await StandaloneProcess.StartAsync();
        await using var poster = new Poster(new StandaloneProduct(standalone), seed: 1);

        for (var round = 0; round < Rounds; round++)
        {
            await poster.AdvanceAsync(2_000);
            var before = standalone.EngineId(engine);
            await standalone.KillEngineAsync(engine);
            await Eventually.TrueAsync("it was started again", () => standalone.EngineId(engine) is var now && now != 0 && now != before);
        }

        await poster.AdvanceAsync(2_000);
        await AssertStoredOnceAsync(await poster.FinishAsync(), standalone);
    }

    [Fact]
    public async Task A_killed_standalone_loses_and_doubles_nothing()
    {
        await using var standalone = await StandaloneProcess.StartAsync();
        await using var poster = new Poster(new StandaloneProduct(standalone), seed: 2);

        for (var round = 0; round < Rounds; round++)
        {
            await poster.AdvanceAsync(2_000);
            await standalone.Process.Kill9Async();
            await standalone.StartAgainAsync();
        }

        await poster.AdvanceAsync(2_000);
        await AssertStoredOnceAsync(await poster.FinishAsync(), standalone);
    }

    [Fact]
    public async Task All_processes_killed_at_once_lose_and_double_nothing()
    {
        await using var standalone = await StandaloneProcess.StartAsync();
        await using var poster = new Poster(new StandaloneProduct(standalone), seed: 3);

        for (var round = 0; round < Rounds; round++)
        {
            await poster.AdvanceAsync(2_000);
            await Task.WhenAll(
                standalone.KillEngineAsync("Embedded.Kafka"), standalone.KillEngineAsync("Embedded.ClickHouse"), standalone.Process.Kill9Async());
            await standalone.StartAgainAsync();
        }

        await poster.AdvanceAsync(2_000);
        await AssertStoredOnceAsync(await poster.FinishAsync(), standalone);
    }

    [Fact]
    public async Task A_stop_under_load_loses_and_doubles_nothing()
    {
        await using var standalone = await StandaloneProcess.StartAsync();
        await using var poster = new Poster(new StandaloneProduct(standalone), seed: 4);

        await poster.AdvanceAsync(2_000);
        Assert.Equal(0, await standalone.StopAsync());
        await standalone.StartAgainAsync();

        await poster.AdvanceAsync(2_000);
        await AssertStoredOnceAsync(await poster.FinishAsync(), standalone);
    }

    private static Task AssertStoredOnceAsync(long acknowledged, StandaloneProcess standalone) => Eventually.EqualsAsync(
        "every acknowledged event is stored once", (acknowledged, acknowledged), () => Stored.CountAsync(standalone.ClickHouseConnectionString), TimeSpan.FromSeconds(180));
}
