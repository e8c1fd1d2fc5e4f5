using System.Diagnostics.Metrics;
using Analytics.Api.Query;

namespace Analytics.Api.Caching;

/// <summary>What the cache does, for operators. No tenant in metrics: their number has no bound.</summary>
internal sealed class CacheTelemetry
{
    public CacheTelemetry(IMeterFactory meters, MemoryLevel memory)
    {
        var meter = meters.Create(QueryTelemetry.Name);
        Lookups = meter.CreateCounter<long>("analytics.cache.lookups", "{question}", "Questions by result: hit, miss, partial, not_modified, bypass, unchecked.");
        Age = meter.CreateHistogram<double>("analytics.cache.age", "s", "How old the answers were that were used again.");
        Checks = meter.CreateHistogram<double>("analytics.cache.check.duration", "s", "How long it took to ask what is stored.");
        Checked = meter.CreateCounter<long>("analytics.cache.check.questions", "{question}", "Questions that shared these checks.");
        RedisFailures = meter.CreateCounter<long>("analytics.cache.redis.failures", "{failure}", "Redis was slow, wrong or away, by reason.");
        meter.CreateObservableGauge("analytics.cache.size", () => memory.Bytes, "By", "Memory of the answers in this process.");
        meter.CreateObservableGauge("analytics.cache.entries", () => memory.Count, "{answer}", "Answers in the memory of this process.");
    }

    public Counter<long> Lookups { get; }

    public Histogram<double> Age { get; }

    public Histogram<double> Checks { get; }

    public Counter<long> Checked { get; }

    public Counter<long> RedisFailures { get; }
}
