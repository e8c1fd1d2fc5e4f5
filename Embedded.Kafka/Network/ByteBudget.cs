namespace Embedded.Kafka.Network;

/// <summary>
/// Bounds the bytes of large frames and fetch answers held at one time. Who finds it exhausted waits in line,
/// so memory stays bounded and the clients feel back-pressure instead of errors.
/// </summary>
internal sealed class ByteBudget(long capacity)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _used;

    public long Used { get { lock (_gate) return _used; } }

    /// <summary>A request larger than the whole budget is granted when nothing else is held.</summary>
    public async ValueTask<Lease> TakeAsync(long bytes, CancellationToken cancel)
    {
        Waiter waiter;
        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            if (_waiters.Count == 0 && Fits(bytes))
            {
                _used += bytes;
                return new Lease(this, bytes);
            }
            waiter = new Waiter(bytes);
            node = _waiters.AddLast(waiter);
        }
        using var registration = cancel.Register(() =>
        {
            lock (_gate)
            {
                if (node.List is null) return;
                _waiters.Remove(node);
            }
            waiter.Granted.TrySetCanceled(cancel);
        });
        await waiter.Granted.Task;
        return new Lease(this, bytes);
    }

    private bool Fits(long bytes) => _used == 0 || _used + bytes <= capacity;

    private void Release(long bytes)
    {
        lock (_gate)
        {
            _used -= bytes;
            while (_waiters.First is { } first && Fits(first.Value.Bytes))
            {
                _used += first.Value.Bytes;
                _waiters.RemoveFirst();
                first.Value.Granted.TrySetResult();
            }
        }
    }

    private sealed record Waiter(long Bytes)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public readonly record struct Lease(ByteBudget? Budget, long Bytes) : IDisposable
    {
        public void Dispose() => Budget?.Release(Bytes);
    }
}
