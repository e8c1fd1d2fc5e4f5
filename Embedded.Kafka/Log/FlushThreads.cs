using System.Collections.Concurrent;

namespace Embedded.Kafka.Log;

/// <summary>A few threads of their own that run fsync, so that a slow disk never starves the thread pool.</summary>
internal sealed class FlushThreads : IDisposable
{
    private readonly BlockingCollection<GroupCommit> _queue = [];
    private readonly Thread[] _threads;

    public FlushThreads(int count)
    {
        _threads = [.. Enumerable.Range(0, count).Select(i => new Thread(Run, 256 * 1024) { IsBackground = true, Name = $"flush-{i}" })];
        foreach (var thread in _threads) thread.Start();
    }

    public void Enqueue(GroupCommit commit)
    {
        try
        {
            _queue.Add(commit);
        }
        catch (InvalidOperationException)
        {
            // The broker has stopped: nobody waits for an answer any more.
        }
    }

    /// <summary>Finishes what is queued, then ends the threads.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (var thread in _threads) thread.Join();
        _queue.Dispose();
    }

    private void Run()
    {
        foreach (var commit in _queue.GetConsumingEnumerable()) commit.FlushOnce();
    }
}
