namespace Embedded.Kafka.Log;

/// <summary>
/// Lets many appends to one file share one fsync: while a sync runs, later appends gather and are covered by the next one.
/// Positions grow; a waiter is released once everything below its position is on disk.
/// After a failed sync nobody can know what is on disk, so every later wait fails until the log is opened anew.
/// </summary>
internal sealed class GroupCommit(FlushThreads threads, Action sync, Action<long>? onDurable = null)
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Position, TaskCompletionSource Done)> _waiters = new();
    private long _appended;
    private long _durable;
    private bool _scheduled;
    private Exception? _failure;

    public bool Failed => Volatile.Read(ref _failure) is not null;

    /// <summary>Called once, when a log was opened: everything below this position is on disk.</summary>
    public void StartAt(long position) => _appended = _durable = position;

    /// <summary>Tells that the file grew; calls must come in the order of the appends. Schedules a sync unless one is queued or running.</summary>
    public Task Appended(long position)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_failure is not null) return Task.FromException(_failure);
            _appended = position;
            _waiters.Enqueue((position, done));
            Schedule();
        }
        return done.Task;
    }

    /// <summary>Tells that the file grew, without asking for a sync.</summary>
    public void AppendedUnsynced(long position)
    {
        lock (_gate) _appended = position;
    }

    /// <summary>Completes when everything below the position, appended before this call, is on disk.</summary>
    public Task WaitFor(long position)
    {
        TaskCompletionSource done;
        lock (_gate)
        {
            if (_failure is not null) return Task.FromException(_failure);
            if (position <= _durable) return Task.CompletedTask;
            done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Enqueue((_appended, done));
            Schedule();
        }
        return done.Task;
    }

    /// <summary>Runs on a flush thread.</summary>
    public void FlushOnce()
    {
        long target;
        lock (_gate) target = _appended;
        Exception? failure = null;
        try
        {
            sync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            failure = e;
        }
        if (failure is null) onDurable?.Invoke(target);
        Settle(target, failure);
    }

    private void Settle(long target, Exception? failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            if (_failure is null) _durable = target;
            _scheduled = false;
            while (_waiters.TryPeek(out var waiter) && (_failure is not null || waiter.Position <= target))
            {
                _waiters.Dequeue();
                if (_failure is null) waiter.Done.TrySetResult();
                else waiter.Done.TrySetException(_failure);
            }
            if (_waiters.Count > 0) Schedule();
        }
    }

    private void Schedule()
    {
        if (_scheduled) return;
        _scheduled = true;
        threads.Enqueue(this);
    }
}
