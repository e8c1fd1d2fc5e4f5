using System.Globalization;
using System.Text.Json;

namespace Analytics.Api.Tests.Query;

/// <summary>
/// What <c>compare</c> adds, slowly and obviously: the answers of the other oracles, and behind each row what the range before had. Lengths are
/// found by trying, local times by the system's timezone database.
/// </summary>
internal static class ComparisonOracle
{
    public static List<object?[]> Timeseries(IReadOnlyList<StoredEvent> all, JsonElement query)
    {
        var question = new Question(all, query);
        var interval = query.GetProperty("interval").GetString()!;
        var (from, to, back) = question.Before(interval);
        var before = Oracle.Buckets(from, to, interval, question.Zone).Select(bucket => (bucket.Key, bucket.Label, Start: Parse(bucket.Label))).ToList();
        var free = before.Select(bucket => Name(bucket.Start)).ToList();
        var (twin, last) = (-1, -1);
        string? time = null;
        var rows = new List<object?[]>();
        foreach (var row in Oracle.Timeseries(all, query))
        {
            if (!Equals(row[0], time))
            {
                time = (string)row[0]!;
                var start = Parse(time);
                if (back.Days is { } days)
                {
                    twin = free.IndexOf(days(Name(start)!.Value));
                    if (twin >= 0)
                        free[twin] = null;
                }
                else
                {
                    var within = before.FindLastIndex(bucket => bucket.Start <= start - back.Exactly!.Value);
                    twin = within == last ? -1 : within;
                    last = twin;
                }
            }

            var group = row[1..(1 + question.GroupBy.Count)].Cast<string?>().ToArray();
            var inside = twin < 0 ? [] : question.Events(from, to, group).Where(item => Oracle.BucketKey(item.Time, interval, question.Zone) == before[twin].Key).ToList();
            rows.Add(twin < 0
                ? [.. row, null, .. question.Measures.Select(_ => (object?)null)]
                : [.. row, before[twin].Label, .. question.Measures.Select(measure => (object?)Oracle.Measure(inside, measure))]);
        }

        return rows;

        DateTime? Name(DateTimeOffset start)
        {
            var local = TimeZoneInfo.ConvertTime(start, question.Zone).DateTime;
            return interval switch { "minute" => local.AddSeconds(-local.Second), "hour" => local.Date.AddHours(local.Hour), _ => local.Date };
        }
    }

    public static List<object?[]> Breakdown(IReadOnlyList<StoredEvent> all, JsonElement query)
    {
        var question = new Question(all, query);
        var (from, to, _) = question.Before(null);
        var other = query.GetProperty("other").GetBoolean();
        var width = question.GroupBy.Count;
        var rows = BreakdownOracle.Answer(all, query);
        var groups = rows.Where(row => !other || row[width] is false).Select(row => row[..width].Cast<string?>().ToArray()).ToList();
        var rest = question.Events(from, to).Where(item => !groups.Contains(Oracle.Key(item, question.GroupBy), Oracle.KeyComparer.Instance)).ToList();
        if (other && rest.Count > 0 && groups.Count == rows.Count)
            rows.Add([.. new object?[width], true, .. question.Measures.Select(measure => (object?)Oracle.Measure([], measure))]);
        return [.. rows.Select((row, i) => (object?[])[.. row, .. question.Measures.Select(measure => (object?)Oracle.Measure(
            i < groups.Count ? question.Events(from, to, groups[i]) : rest, measure))])];
    }

    private static DateTimeOffset Parse(string label) => DateTimeOffset.Parse(label, CultureInfo.InvariantCulture);

    private sealed class Question(IReadOnlyList<StoredEvent> all, JsonElement query)
    {
        public TimeZoneInfo Zone { get; } = TimeZoneInfo.FindSystemTimeZoneById(query.GetProperty("timezone").GetString()!);

        public List<string> GroupBy { get; } = [.. query.GetProperty("groupBy").EnumerateArray().Select(field => field.GetString()!)];

        public List<JsonElement> Measures { get; } = [.. query.GetProperty("measures").EnumerateArray()];

        public List<StoredEvent> Events(DateTimeOffset from, DateTimeOffset to, string?[]? group = null) =>
        [
            .. all.Where(item => item.Time >= from && item.Time < to
                && query.GetProperty("filters").EnumerateArray().All(filter => Oracle.Passes(item, filter))
                && (group is null || Oracle.KeyComparer.Instance.Equals(Oracle.Key(item, GroupBy), group))),
        ];

        /// <summary>The range before, and how a moment of this range is moved into it: on the calendar, or exactly.</summary>
        public (DateTimeOffset From, DateTimeOffset To, (Func<DateTime, DateTime>? Days, TimeSpan? Exactly) Back) Before(string? interval)
        {
            var from = query.GetProperty("range").GetProperty("from").GetDateTimeOffset();
            var to = query.GetProperty("range").GetProperty("to").GetDateTimeOffset();
            var (start, end) = (Local(from), Local(to));
            if (interval is "day" or "week" or "month" || (start.TimeOfDay == end.TimeOfDay && start.Date < end.Date))
            {
                var units = 1;
                while (Move(end, units, interval) > start)
                    units++;
                var (first, last) = (At(Move(start, units, interval)), At(Move(end, units, interval)));
                if (last <= first)
                    last = first + (to - from);
                return (first, last > from ? from : last, (time => Move(time, units, interval), null));
            }

            var length = to - from;
            var width = interval switch { "minute" => TimeSpan.FromMinutes(1), "hour" => TimeSpan.FromHours(1), _ => length };
            var back = width * Math.Ceiling(length / width);
            return (from - back, to - back, (null, back));
        }

        private static DateTime Move(DateTime time, int units, string? interval) => interval switch
        {
            "week" => time.AddDays(-7 * units),
            "month" => time.AddMonths(-units),
            _ => time.AddDays(-units),
        };

        // The first moment of a day is its midnight, also where clocks skipped midnight.
        private DateTime Local(DateTimeOffset time)
        {
            var local = TimeZoneInfo.ConvertTime(time, Zone).DateTime;
            return TimeZoneInfo.ConvertTime(time.AddTicks(-1), Zone).Date < local.Date ? local.Date : local;
        }

        // The earlier of two; where clocks skipped it, as much later as they skipped.
        private DateTimeOffset At(DateTime local)
        {
            var noon = new DateTimeOffset(local, TimeSpan.Zero);
            var offsets = Enumerable.Range(-40, 81).Select(hours => TimeZoneInfo.ConvertTime(noon.AddHours(hours), Zone).Offset).Distinct();
            var fitting = offsets.Select(offset => new DateTimeOffset(local, TimeSpan.Zero) - offset)
                .Where(time => TimeZoneInfo.ConvertTime(time, Zone).DateTime == local).Order().ToList();
            return fitting.Count > 0 ? fitting[0] : noon - TimeZoneInfo.ConvertTime(noon.AddHours(-40), Zone).Offset;
        }
    }
}
