using Analytics.Api.Query.Language;

namespace Analytics.Api.Live;

/// <summary>Why a live tail ends, in the words of its <c>bye</c>.</summary>
internal static class Farewells
{
    public const string Shutdown = "shutdown";
    public const string Lifetime = "lifetime";
    public const string Restart = "restart";
}

/// <summary>
/// Somebody who watches: what he wants to see, and the events that wait for him. The feed never waits for a reader: of a slow one the oldest
/// events are dropped and counted.
/// </summary>
internal sealed class LiveReader(string tenant, IEnumerable<Filter> filters, LiveOptions options) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _waiting = [];
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private long _bytes;
    private long _dropped;
    private bool _ended;
    private bool _disposed;

    public string Tenant => tenant;

    public EventMatch Match { get; } = new(filters);

    /// <summary>Queues an event's text, which readers share. Called by the feed alone.</summary>
    public void Add(byte[] frame)
    {
        lock (_lock)
        {
            _waiting.Enqueue(frame);
            _bytes += frame.Length;
            while (_waiting.Count > options.BufferEvents || (_bytes > options.BufferBytes && _waiting.Count > 1))
            {
                _bytes -= _waiting.Dequeue().Length;
                _dropped++;
            }

            Wake();
        }
    }

    /// <summary>Nothing more will come: the feed has stopped.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            Wake();
        }
    }

    /// <summary>False when nothing arrived in time.</summary>
    public Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken) => _arrived.WaitAsync(limit, cancellationToken);

    /// <summary>Takes what waits. What was dropped came before it.</summary>
    public (IReadOnlyList<byte[]> Frames, long Dropped, bool Ended) Take()
    {
        lock (_lock)
        {
            var taken = (_waiting.ToArray(), _dropped, _ended);
            _waiting.Clear();
            (_bytes, _dropped) = (0, 0);
            return taken;
        }
    }

    // The feed may be about to add one more.
    public void Dispose()
    {
        lock (_lock)
            _disposed = true;
        _arrived.Dispose();
    }

    private void Wake()
    {
        if (!_disposed && _arrived.CurrentCount == 0)
            _arrived.Release();
    }
}
