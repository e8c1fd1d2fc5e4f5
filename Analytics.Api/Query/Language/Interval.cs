namespace Analytics.Api.Query.Language;

/// <summary>Width of a bucket. Weeks are ISO weeks (Monday); days, weeks and months follow the calendar of the query's timezone.</summary>
internal enum Interval
{
    Auto,
    Minute,
    Hour,
    Day,
    Week,
    Month,
}

internal static class Intervals
{
    public static readonly string[] Words = ["auto", "minute", "hour", "day", "week", "month"];

    /// <summary><c>auto</c> takes the finest interval with at most so many buckets: a chart's worth.</summary>
    public const int AutoBuckets = 200;

    public static Interval? Read(QueryNode node) =>
        node.AsWord(Words) is { } word ? (Interval)Array.IndexOf(Words, word) : null;

    public static string Word(this Interval interval) => Words[(int)interval];

    /// <summary>The typical width; months and days vary by a little.</summary>
    public static long Seconds(this Interval interval) => interval switch
    {
        Interval.Minute => 60,
        Interval.Hour => 3_600,
        Interval.Day => 86_400,
        Interval.Week => 7 * 86_400,
        _ => 30 * 86_400,
    };

    public static Interval Choose(this Interval interval, ResolvedRange range)
    {
        if (interval != Interval.Auto)
            return interval;

        var seconds = (range.To - range.From).TotalSeconds;
        for (var candidate = Interval.Minute; candidate < Interval.Month; candidate++)
            if (seconds <= AutoBuckets * (double)candidate.Seconds())
                return candidate;
        return Interval.Month;
    }
}
