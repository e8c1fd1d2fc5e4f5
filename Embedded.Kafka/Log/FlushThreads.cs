namespace Embedded.Kafka.Log;

/// <summary>
/// A few threads of their own that run fsync, so that a slow disk never starves the thread pool. They sleep while nothing is queued:
/// the ready-made blocking queues spin first, which a broker of a hundred flushes per second pays for with every one.
/// </summary>
internal sealed class FlushThreads : IDisposable
{
    private readonly object _lock = new(); // no Lock: one cannot wait for it to be pulsed
    private readonly Queue<GroupCommit> _queue = [];
    private readonly Thread[] _threads;
    private bool _ending;

    public FlushThreads(int count)
    {
        _threads = [.. Enumerable.Range(0, count).Select(i => new Thread(Run, 256 * 1024) { IsBackground = true, Name = $"flush-{i}" })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>After <see cref="Dispose"/> nothing happens: nobody waits for an answer any more.</summary>
    public void Enqueue(GroupCommit commit)
    {
        lock (_lock)
        {
            if (_ending) return;
            _queue.Enqueue(commit);
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Finishes what is queued, then ends the threads.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _ending = true;
            Monitor.PulseAll(_lock);
        }

        foreach (var thread in _threads) thread.Join();
    }

    private void Run()
    {
        while (Next() is { } commit) commit.FlushOnce();
    }

    private GroupCommit? Next()
    {
        lock (_lock)
        {
            GroupCommit? commit;
            while (!_queue.TryDequeue(out commit) && !_ending) Monitor.Wait(_lock);
            return commit;
        }
    }
}
