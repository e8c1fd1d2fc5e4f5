using System.Text;
using NodaTime;
using NodaTime.Text;

namespace Analytics.Api.Query.Language;

/// <summary>
/// The buckets of a time series: where each begins, in seconds since 1970. They are computed here and sent to the engine, so that
/// one timezone database decides (NodaTime's, the same on every platform) and days of 23 or 25 hours are what they are.
/// </summary>
internal sealed class Buckets
{
    /// <summary>Of one series. A week of minutes is 10,080.</summary>
    public const int Most = 11_000;

    private static readonly OffsetDateTimePattern Local = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss;FFFo<+HH:mm>");
    private static readonly InstantPattern Utc = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'Z'");

    private Buckets(DateTimeZone zone, Interval interval, long[] starts, long end)
    {
        Zone = zone;
        Interval = interval;
        Starts = starts;
        Width = UniformWidth(starts, end);
    }

    public DateTimeZone Zone { get; }

    public Interval Interval { get; }

    /// <summary>Ascending; the first is at or before the range's start, the last before its end.</summary>
    public long[] Starts { get; }

    /// <summary>Seconds of every bucket when all are equally wide (no clock change within), else 0.</summary>
    public long Width { get; }

    public int Count => Starts.Length;

    /// <summary>
    /// Where a bucket begins, as answers say it: RFC 3339 in the query's timezone. <c>Z</c> for UTC, and for the few offsets with
    /// seconds, which RFC 3339 cannot write.
    /// </summary>
    public byte[] Label(int bucket)
    {
        var instant = Instant.FromUnixTimeSeconds(Starts[bucket]);
        var offset = Zone.GetUtcOffset(instant);
        var isUtc = ReferenceEquals(Zone, DateTimeZone.Utc) || offset.Seconds % 60 != 0;
        return Encoding.ASCII.GetBytes(isUtc ? Utc.Format(instant) : Local.Format(instant.WithOffset(offset)));
    }

    /// <summary>An estimate that is never far off, to refuse before computing a million of them.</summary>
    public static long Estimate(ResolvedRange range, Interval interval) =>
        (long)((range.To - range.From).TotalSeconds / interval.Seconds()) + 1;

    public static Buckets Of(ResolvedRange range, Interval interval, DateTimeZone zone)
    {
        var starts = new List<long>();
        var end = interval <= Interval.Hour
            ? AddClock(starts, range, Duration.FromSeconds(interval.Seconds()), zone)
            : AddCalendar(starts, range, interval, zone);
        return new Buckets(zone, interval, [.. starts], end.ToUnixTimeSeconds());
    }

    // Minutes and hours are pieces of one UTC offset: the hour that a clock change repeats makes two buckets.
    private static Instant AddClock(List<long> starts, ResolvedRange range, Duration width, DateTimeZone zone)
    {
        var start = range.From;
        while (start < range.To)
        {
            var stretch = Stretch(start, zone);
            var local = start.ToUnixTimeTicks() + stretch.Offset.Ticks;
            start = Instant.Max(start - Duration.FromTicks(local % width.BclCompatibleTicks), stretch.Start);
            while (start < range.To && start < stretch.End)
            {
                starts.Add(start.ToUnixTimeSeconds());
                local = start.ToUnixTimeTicks() + stretch.Offset.Ticks;
                start = Instant.Min(start + width - Duration.FromTicks(local % width.BclCompatibleTicks), stretch.End);
            }
        }

        return start;
    }

    // Neighbouring intervals of the database may differ in name only; here a stretch is as long as the offset lasts.
    private static (Instant Start, Instant End, Offset Offset) Stretch(Instant instant, DateTimeZone zone)
    {
        var first = zone.GetZoneInterval(instant);
        var last = first;
        while (first.HasStart && zone.GetZoneInterval(first.Start - Duration.Epsilon) is var before && before.WallOffset == first.WallOffset)
            first = before;
        while (last.HasEnd && zone.GetZoneInterval(last.End) is var after && after.WallOffset == last.WallOffset)
            last = after;
        return (first.HasStart ? first.Start : Instant.MinValue, last.HasEnd ? last.End : Instant.MaxValue, first.WallOffset);
    }

    private static Instant AddCalendar(List<long> starts, ResolvedRange range, Interval interval, DateTimeZone zone)
    {
        var date = Floor(range.From.InZone(zone).Date, interval);
        var start = StartOf(date, zone);
        while (start < range.To)
        {
            var next = start;
            while (next <= start)
            {
                date = Next(date, interval);
                next = StartOf(date, zone);
            }

            if (next > range.From)
                starts.Add(start.ToUnixTimeSeconds());
            start = next;
        }

        return start;
    }

    private static LocalDate Floor(LocalDate date, Interval interval) => interval switch
    {
        Interval.Week => date.PlusDays(1 - (int)date.DayOfWeek),
        Interval.Month => new LocalDate(date.Year, date.Month, 1),
        _ => date,
    };

    private static LocalDate Next(LocalDate date, Interval interval) => interval switch
    {
        Interval.Week => date.PlusWeeks(1),
        Interval.Month => date.PlusMonths(1),
        _ => date.PlusDays(1),
    };

    // A day begins at its first instant: 01:00 where midnight was skipped, the earlier of two midnights where it came twice.
    // A day that never was (Samoa, 2011-12-30) begins with the next one and so gets no bucket.
    private static Instant StartOf(LocalDate date, DateTimeZone zone)
    {
        var mapping = zone.MapLocal(date.AtMidnight());
        return mapping.Count == 0 ? mapping.LateInterval.Start : mapping.First().ToInstant();
    }

    private static long UniformWidth(long[] starts, long end)
    {
        if (starts.Length < 2)
            return starts.Length == 0 ? 0 : end - starts[0];

        var width = starts[1] - starts[0];
        for (var i = 1; i < starts.Length; i++)
            if ((i + 1 < starts.Length ? starts[i + 1] : end) - starts[i] != width)
                return 0;
        return width;
    }
}
