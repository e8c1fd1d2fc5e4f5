namespace Embedded.Kafka.Log;

/// <summary>One long poll that waits for any of several partitions to grow.</summary>
internal sealed class FetchWaiter
{
    private readonly TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Signal() => _grown.TrySetResult();

    /// <summary>False when the time is over.</summary>
    public async ValueTask<bool> WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            await _grown.Task.WaitAsync(timeout, time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
