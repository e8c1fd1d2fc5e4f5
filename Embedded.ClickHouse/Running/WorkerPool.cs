using System.Collections.Concurrent;
using Embedded.ClickHouse.Native;

namespace Embedded.ClickHouse.Running;

/// <summary>Lets a bounded number of statements run at once; a bounded number of others waits its turn.</summary>
internal sealed class WorkerPool(int size, int maxWaiting) : IDisposable
{
    private readonly SemaphoreSlim gate = new(size, size);
    private readonly ConcurrentStack<WorkerThread> idle = new();
    private int waiting;
    private int created;

    public async Task<WorkerThread> RentAsync(CancellationToken cancellationToken)
    {
        if (!gate.Wait(0, CancellationToken.None))
        {
            if (Interlocked.Increment(ref waiting) > maxWaiting)
            {
                Interlocked.Decrement(ref waiting);
                throw new EngineException(202, "TOO_MANY_SIMULTANEOUS_QUERIES", $"{size} statements are running and {maxWaiting} are waiting");
            }

            try
            {
                await gate.WaitAsync(cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref waiting);
            }
        }

        return idle.TryPop(out var thread) ? thread : new WorkerThread($"statement-{Interlocked.Increment(ref created)}");
    }

    public void Return(WorkerThread thread)
    {
        idle.Push(thread);
        gate.Release();
    }

    public void Dispose()
    {
        while (idle.TryPop(out var thread)) thread.Dispose();
        gate.Dispose();
    }
}
