using System.Globalization;
using HdrHistogram;

namespace Benchmarks.Measure;

/// <summary>A distribution of times, 1 µs to 10 min with three digits.</summary>
internal sealed class Latencies
{
    private const long MostMicroseconds = 600_000_000;

    private readonly Lock _gate = new();
    private readonly LongHistogram _histogram = new(1, MostMicroseconds, 3);

    public long Count
    {
        get
        {
            lock (_gate)
                return _histogram.TotalCount;
        }
    }

    public void Add(TimeSpan time)
    {
        lock (_gate)
            _histogram.RecordValue(Math.Clamp((long)time.TotalMicroseconds, 1, MostMicroseconds));
    }

    public string Row(string name)
    {
        lock (_gate)
        {
            return _histogram.TotalCount == 0
                ? $"{name,-24} none"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name,-24}{At(50),10:0.0}{At(90),10:0.0}{At(95),10:0.0}{At(99),10:0.0}{At(99.9),10:0.0}{At(100),10:0.0}{_histogram.TotalCount,10}");
        }
    }

    public static string Header => $"{"milliseconds",-24}{"p50",10}{"p90",10}{"p95",10}{"p99",10}{"p99.9",10}{"max",10}{"count",10}";

    /// <summary>Milliseconds.</summary>
    public double At(double percentile)
    {
        lock (_gate)
            return _histogram.GetValueAtPercentile(percentile) / 1000.0;
    }
}
