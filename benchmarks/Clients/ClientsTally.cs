using System.Collections.Concurrent;
using Benchmarks.Measure;

namespace Benchmarks.Clients;

/// <summary>What the clients of one group saw together.</summary>
internal sealed class ClientsTally
{
    private readonly ConcurrentDictionary<string, int> failures = new();

    /// <summary>Panels of dashboards that the cache answered, wholly or in part.</summary>
    public Latencies Cached { get; } = new();

    /// <summary>Panels that had to be computed.</summary>
    public Latencies Missed { get; } = new();

    /// <summary>Questions nobody had asked before.</summary>
    public Latencies Heavy { get; } = new();

    public Latencies All { get; } = new();

    public long Answered => All.Count;

    public long Failed => failures.Values.Sum(count => (long)count);

    public double FailedShare => Failed == 0 ? 0 : (double)Failed / (Failed + Answered);

    public long TooMany => failures.GetValueOrDefault("429");

    public long Unavailable => failures.GetValueOrDefault("503");

    public string Failures => failures.IsEmpty ? "none" : string.Join(", ", failures.Select(entry => $"{entry.Value} x {entry.Key}"));

    public void Answer(TimeSpan time, bool isHeavy, bool isCached)
    {
        All.Add(time);
        (isHeavy ? Heavy : isCached ? Cached : Missed).Add(time);
    }

    public void Fail(string what) => failures.AddOrUpdate(what, 1, (_, count) => count + 1);
}
