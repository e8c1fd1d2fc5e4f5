namespace Benchmarks.Queries;

/// <summary>Times of single requests, and the CPU that API and engine used for all of them.</summary>
internal sealed class Timings
{
    private readonly List<double> milliseconds = [];

    public int Count => milliseconds.Count;

    public TimeSpan Api { get; private set; }

    public TimeSpan Engine { get; private set; }

    public double ApiMicroseconds => Api.TotalMicroseconds / Count;

    public double EngineMicroseconds => Engine.TotalMicroseconds / Count;

    public double CpuMicroseconds => ApiMicroseconds + EngineMicroseconds;

    public void Add(TimeSpan time)
    {
        lock (milliseconds)
            milliseconds.Add(time.TotalMilliseconds);
    }

    public void AddCpu(TimeSpan api, TimeSpan engine) => (Api, Engine) = (Api + api, Engine + engine);

    /// <summary>Milliseconds, by the nearest rank.</summary>
    public double At(double percentile)
    {
        var sorted = milliseconds.Order().ToList();
        return sorted[Math.Clamp((int)Math.Ceiling(percentile / 100 * sorted.Count) - 1, 0, sorted.Count - 1)];
    }
}
