using System.Diagnostics;

namespace Embedded.ClickHouse.Tests;

internal static class Eventually
{
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < limit, $"Did not come true within {limit}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
