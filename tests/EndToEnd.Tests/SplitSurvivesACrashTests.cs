using TestKit;

namespace EndToEnd.Tests;

/// <summary>API and worker in their own processes, each killed in mid-stream.</summary>
public sealed class SplitSurvivesACrashTests
{
    [Fact]
    public async Task Killed_parts_lose_and_double_nothing()
    {
        await using var product = await SplitProduct.StartAsync();
        await using var poster = new Poster(product, seed: 5);

        foreach (var part in new[] { SplitProduct.Worker, SplitProduct.Api })
        {
            await poster.AdvanceAsync(2_000);
            await product.KillAndRestartAsync(part);
        }

        await poster.AdvanceAsync(2_000);
        var acknowledged = await poster.FinishAsync();
        await Eventually.EqualsAsync(
            "every acknowledged event is stored once", (acknowledged, acknowledged), () => Stored.CountAsync(product.ClickHouse), TimeSpan.FromSeconds(180));
    }
}
