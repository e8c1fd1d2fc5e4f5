namespace Benchmarks.Ingest;

/// <summary>
/// When each batch is due, fixed by the rate alone: a slow answer delays no later batch, so a stall shows in the latencies
/// instead of silently lowering the load.
/// </summary>
internal sealed class Pace(double rate, bool bursts)
{
    private const double Period = 5;
    private const double BurstSeconds = 0.5;
    private const double BurstFactor = 3;

    private readonly Lock _gate = new();
    private double _issued;

    /// <summary>Time after the start at which the next <paramref name="events"/> are due.</summary>
    public TimeSpan Next(int events)
    {
        lock (_gate)
        {
            var due = Due(_issued);
            _issued += events;
            return TimeSpan.FromSeconds(due);
        }
    }

    private double Due(double issued)
    {
        if (!bursts)
            return issued / rate;
        var perPeriod = rate * Period;
        var inBurst = rate * BurstFactor * BurstSeconds;
        var periods = Math.Floor(issued / perPeriod);
        var rest = issued - (periods * perPeriod);
        var within = rest < inBurst
            ? rest / (rate * BurstFactor)
            : BurstSeconds + ((rest - inBurst) / ((perPeriod - inBurst) / (Period - BurstSeconds)));
        return (periods * Period) + within;
    }
}
