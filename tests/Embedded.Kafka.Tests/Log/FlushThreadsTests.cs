using Embedded.Kafka.Log;

namespace Embedded.Kafka.Tests.Log;

public sealed class FlushThreadsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Dispose_finishes_what_is_queued()
    {
        using var begun = new ManualResetEventSlim();
        using var disk = new ManualResetEventSlim();
        var synced = 0;
        var threads = new FlushThreads(1);
        var slow = new GroupCommit(threads, () =>
        {
            begun.Set();
            disk.Wait(Limit);
            synced++;
        }).Appended(1);
        Assert.True(begun.Wait(Limit, TestContext.Current.CancellationToken));
        var queued = Enumerable.Range(0, 3).Select(_ => new GroupCommit(threads, () => synced++).Appended(1)).ToList();

        var ended = Task.Run(threads.Dispose, TestContext.Current.CancellationToken);
        Assert.False(ended.IsCompleted);
        disk.Set();

        await ended.WaitAsync(Limit, TestContext.Current.CancellationToken);
        await Task.WhenAll([slow, .. queued]).WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal(4, synced);
    }

    [Fact]
    public void Nothing_is_taken_after_the_end()
    {
        var synced = 0;
        var threads = new FlushThreads(2);
        threads.Dispose();

        var late = new GroupCommit(threads, () => synced++).Appended(1);

        Assert.False(late.IsCompleted);
        Assert.Equal(0, synced);
    }
}
