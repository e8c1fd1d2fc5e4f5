using System.Collections.Concurrent;

namespace Benchmarks.Ingest;

/// <summary>What the senders count together.</summary>
internal sealed class Tally
{
    private long _accepted;
    private long _rejected;
    private long _bytes;
    private long _requests;
    private long _abandoned;
    private long _uncertain;

    public long Accepted => Interlocked.Read(ref _accepted);
    public long Rejected => Interlocked.Read(ref _rejected);
    public long Bytes => Interlocked.Read(ref _bytes);
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Events whose request never got a 202.</summary>
    public long Abandoned => Interlocked.Read(ref _abandoned);

    /// <summary>Events of requests that ended without saying what became of them (no answer, 5xx): the log may hold them.</summary>
    public long Uncertain => Interlocked.Read(ref _uncertain);

    /// <summary>What went wrong, and how often.</summary>
    public ConcurrentDictionary<string, int> Mistakes { get; } = new();

    public void Answered(long accepted, long rejected, long bytes)
    {
        Interlocked.Add(ref _accepted, accepted);
        Interlocked.Add(ref _rejected, rejected);
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Increment(ref _requests);
    }

    public void Abandon(int events) => Interlocked.Add(ref _abandoned, events);

    public void Doubt(int events) => Interlocked.Add(ref _uncertain, events);

    public void Mistake(string what) => Mistakes.AddOrUpdate(what, 1, (_, count) => count + 1);
}
