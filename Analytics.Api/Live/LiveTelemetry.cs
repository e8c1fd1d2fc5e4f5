using System.Diagnostics.Metrics;

namespace Analytics.Api.Live;

/// <summary>What the live tail counts. No tenant among the tags: their number is unbounded.</summary>
internal sealed class LiveTelemetry
{
    public LiveTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Auterity.Analytics.Api");
        Readers = meter.CreateUpDownCounter<long>("analytics.live.readers", "{reader}", "Open live tails.");
        Delivered = meter.CreateCounter<long>("analytics.live.delivered", "{event}", "Events written to live tails.");
        Dropped = meter.CreateCounter<long>("analytics.live.dropped", "{event}", "Events that readers were too slow for.");
    }

    public UpDownCounter<long> Readers { get; }

    public Counter<long> Delivered { get; }

    public Counter<long> Dropped { get; }
}
