using Ingestion.Worker.Reconcile;

namespace Ingestion.Worker.Tests.Reconcile;

public sealed class GapsTests
{
    [Fact]
    public void Ranges_that_tile_leave_no_gap() =>
        Assert.Empty(Reconciler.Gaps([new(0, 9, 10), new(10, 19, 9)], 0, 20));

    [Fact]
    public void Gaps_before_between_and_after_are_found() =>
        Assert.Equal([(0, 4), (10, 11), (20, 29)], Reconciler.Gaps([new(5, 9, 5), new(12, 19, 8)], 0, 30));

    [Fact]
    public void An_empty_ledger_is_one_gap() => Assert.Equal([(3, 9)], Reconciler.Gaps([], 3, 10));
}
