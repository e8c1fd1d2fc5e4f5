namespace Embedded.ClickHouse.Running;

/// <summary>A long-lived thread that runs one blocking call at a time, so that calls into the engine never occupy the thread pool.</summary>
internal sealed class WorkerThread : IDisposable
{
    private readonly AutoResetEvent wake = new(false);
    private Action? job;
    private volatile bool disposed;

    public WorkerThread(string name)
    {
        new Thread(Loop, maxStackSize: 8 << 20) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>The caller makes sure that the previous call has completed.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        job = () =>
        {
            try
            {
                completion.SetResult(work());
            }
            catch (Exception e)
            {
                completion.SetException(e);
            }
        };
        wake.Set();
        return completion.Task;
    }

    public void Dispose()
    {
        disposed = true;
        wake.Set();
    }

    private void Loop()
    {
        for (; ; )
        {
            wake.WaitOne();
            if (Interlocked.Exchange(ref job, null) is { } next) next();
            if (disposed) break;
        }

        wake.Dispose();
    }
}
