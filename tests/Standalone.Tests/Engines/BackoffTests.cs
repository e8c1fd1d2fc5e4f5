using Standalone.Engines;

namespace Standalone.Tests.Engines;

public sealed class BackoffTests
{
    [Fact]
    public void Waits_double_up_to_the_longest()
    {
        var backoff = new Backoff();

        var waits = Enumerable.Range(0, 8).Select(_ => backoff.After(TimeSpan.Zero).TotalSeconds).ToArray();

        Assert.Equal([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10], waits);
    }

    [Fact]
    public void A_good_run_clears_the_record()
    {
        var backoff = new Backoff();
        for (var i = 0; i < 5; i++)
            backoff.After(TimeSpan.Zero);

        Assert.Equal(Backoff.First, backoff.After(Backoff.GoodRun));
    }
}
