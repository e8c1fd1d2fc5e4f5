using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>
/// The range that <c>compare</c> puts beside the one asked about: the same, moved back by its own length. Whole days of the timezone's calendar
/// stay whole days, whatever clocks did; all else, and <c>last</c> in minutes or hours, is moved exactly. Where there are buckets it is moved
/// by whole ones, the fewest that leave no overlap: each then stands beside one of its own kind, cut at the same place.
/// </summary>
/// <param name="Days">What it is moved by on the calendar; null when it is moved by <paramref name="Exactly"/>.</param>
internal sealed record PreviousRange(ResolvedRange Range, Period? Days, Duration Exactly)
{
    /// <param name="interval">Of the buckets, not <c>auto</c>; null without buckets.</param>
    public static PreviousRange Of(TimeRange asked, ResolvedRange range, DateTimeZone zone, Interval? interval = null)
    {
        var (start, end) = (Local(range.From, zone), Local(range.To, zone));
        var isWholeDays = !asked.IsExact && start.TimeOfDay == end.TimeOfDay && start.Date < end.Date;
        return interval > Interval.Hour ? ByCalendar(range, zone, Length(start, end, interval.Value))
            : isWholeDays ? ByCalendar(range, zone, Length(start, end, Interval.Day))
            : ByClock(range, interval);
    }

    /// <summary>
    /// Of each bucket the number of the one to show beside it; -1 where there is none, because clocks skipped that hour or repeated the other.
    /// </summary>
    public int[] Beside(Buckets buckets, Buckets before)
    {
        var twins = new int[buckets.Count];
        var names = new Dictionary<LocalDateTime, int>(before.Count);
        for (var i = 0; Days is not null && i < before.Count; i++)
            names.TryAdd(Name(before, i), i);
        for (var i = 0; i < twins.Length; i++)
        {
            if (Days is not null)
                twins[i] = names.Remove(Name(buckets, i).Minus(Days), out var twin) ? twin : -1;
            else if (Within(before, buckets.Starts[i] - (long)Exactly.TotalSeconds) is var at)
                twins[i] = i > 0 && at == twins[i - 1] ? -1 : at;
        }

        return twins;
    }

    private static PreviousRange ByCalendar(ResolvedRange range, DateTimeZone zone, Period length)
    {
        var from = Back(range.From);
        var to = Back(range.To);
        if (to <= from) // both within an hour that clocks repeated or skipped
            to = from + (range.To - range.From);
        return new PreviousRange(Possible(from, Instant.Min(to, range.From)), length, Duration.Zero);

        Instant Back(Instant instant) => zone.AtLeniently(Local(instant, zone).Minus(length)).ToInstant();
    }

    private static PreviousRange ByClock(ResolvedRange range, Interval? interval)
    {
        var length = range.To - range.From;
        if (interval is { } width)
            length = Duration.FromSeconds((long)Math.Ceiling(length.TotalSeconds / width.Seconds()) * width.Seconds());
        return new PreviousRange(Possible(range.From - length, range.To - length), null, length);
    }

    // Before 1970 there is nothing to read.
    private static ResolvedRange Possible(Instant from, Instant to) => new(Instant.Max(from, TimeRange.Earliest), Instant.Max(to, TimeRange.Earliest));

    private static Period Length(LocalDateTime start, LocalDateTime end, Interval unit)
    {
        var whole = Period.Between(start, end, unit switch { Interval.Day => PeriodUnits.Days, Interval.Week => PeriodUnits.Weeks, _ => PeriodUnits.Months });
        var count = Math.Max(1, whole.Days + whole.Weeks + whole.Months);
        return end.Minus(Of(count)) > start ? Of(count + 1) : Of(count);

        Period Of(int number) => unit switch { Interval.Day => Period.FromDays(number), Interval.Week => Period.FromWeeks(number), _ => Period.FromMonths(number) };
    }

    // Where a day begins later than at midnight because clocks skipped it, its beginning counts as midnight.
    private static LocalDateTime Local(Instant instant, DateTimeZone zone)
    {
        var local = instant.InZone(zone).LocalDateTime;
        return zone.AtStartOfDay(local.Date).ToInstant() == instant ? local.Date.AtMidnight() : local;
    }

    // What the calendar or the clock on the wall calls a bucket; two have the same name when clocks repeat an hour.
    private static LocalDateTime Name(Buckets buckets, int bucket)
    {
        var local = Instant.FromUnixTimeSeconds(buckets.Starts[bucket]).InZone(buckets.Zone).LocalDateTime;
        return buckets.Interval switch
        {
            Interval.Minute => local.With(TimeAdjusters.TruncateToMinute),
            Interval.Hour => local.With(TimeAdjusters.TruncateToHour),
            _ => local.Date.AtMidnight(),
        };
    }

    private static int Within(Buckets buckets, long second)
    {
        var at = Array.BinarySearch(buckets.Starts, second);
        return at >= 0 ? at : ~at - 1;
    }
}
