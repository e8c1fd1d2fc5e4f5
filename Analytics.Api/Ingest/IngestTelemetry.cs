using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Analytics.Api.Ingest;

/// <summary>What ingestion counts. No tenant among the tags: their number is unbounded.</summary>
internal sealed class IngestTelemetry
{
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _rejected;
    private readonly Histogram<double> _duration;

    public IngestTelemetry(IMeterFactory meters, InFlightBytes inFlight)
    {
        var meter = meters.Create("Auterity.Analytics.Api");
        _accepted = meter.CreateCounter<long>("analytics.ingest.accepted", "{event}", "Events acknowledged by the broker");
        _rejected = meter.CreateCounter<long>("analytics.ingest.rejected", "{event}", "Events refused, by code");
        _duration = meter.CreateHistogram<double>("analytics.ingest.duration", "s", "Time from the request to its answer");
        meter.CreateObservableGauge("analytics.ingest.in_flight", () => inFlight.Used, "By", "Memory held by requests in flight");
    }

    public void Count(EventBatch batch, int accepted)
    {
        _accepted.Add(accepted);
        foreach (var (code, count) in batch.RejectedByCode)
            _rejected.Add(count, new KeyValuePair<string, object?>("code", code));
    }

    public void Answered(long started, int status) =>
        _duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("status", status));
}
