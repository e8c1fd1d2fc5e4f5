namespace Standalone.Engines;

/// <summary>
/// How long to wait before an engine is started again: 0.2 s, doubled at each failure up to 10 s; a run of a minute clears the record.
/// </summary>
internal sealed class Backoff
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan GoodRun = TimeSpan.FromMinutes(1);

    private int failures;

    /// <summary>The wait after a run of the given length.</summary>
    public TimeSpan After(TimeSpan run)
    {
        failures = run >= GoodRun ? 0 : failures;
        var wait = First * Math.Pow(2, Math.Min(failures++, 10));
        return wait < Longest ? wait : Longest;
    }
}
