using System.Diagnostics;

namespace Embedded.ClickHouse.Tests;

internal static class Eventually
{
    // For a slow machine under load; what comes true comes true long before.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task HoldsAsync(Func<Task<bool>> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Limit, $"Did not come true within {Limit}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
