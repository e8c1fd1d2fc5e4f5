using System.Globalization;
using System.Text.Json;

namespace Analytics.Api.Tests.Query;

/// <summary>A retention answered as docs/query.md defines it: subject by subject, start by start.</summary>
internal static class RetentionOracle
{
    public static List<object?[]> Rows(IReadOnlyList<StoredEvent> all, JsonElement query)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(query.GetProperty("timezone").GetString()!);
        var interval = query.GetProperty("interval").GetString()!;
        var from = query.GetProperty("range").GetProperty("from").GetDateTimeOffset();
        var to = query.GetProperty("range").GetProperty("to").GetDateTimeOffset();
        var periods = query.GetProperty("periods").GetInt32();
        var rolling = query.GetProperty("mode").GetString() == "rolling";
        var groupBy = FunnelOracle.Strings(query, "groupBy");
        var longest = interval switch { "day" => 3, "week" => 9, _ => 33 };
        var buckets = Oracle.Buckets(from, to.AddDays(longest * (periods + 1)), interval, zone);
        var begins = buckets.ConvertAll(bucket => DateTimeOffset.Parse(bucket.Label, CultureInfo.InvariantCulture));
        int BucketOf(StoredEvent item) => begins.FindLastIndex(begin => begin <= item.Time);
        var cohorts = BucketOf(new StoredEvent("", "", to.AddTicks(-1))) + 1;

        var members = all.Where(item => item.Subject.Length > 0 && FunnelOracle.Filters(query).TrueForAll(filter => Oracle.Passes(item, filter)))
            .GroupBy(item => item.Subject).SelectMany(subject => Members([.. FunnelOracle.Sorted(subject)], query, from, to, BucketOf)).ToList();
        List<string?[]> groups = groupBy.Count == 0
            ? [[]]
            : [.. members.GroupBy(member => Oracle.Key(member.Start, groupBy), Oracle.KeyComparer.Instance)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, Oracle.KeyComparer.Instance)
                .Take(query.GetProperty("limit").GetInt32()).Select(group => group.Key)];

        return [.. Enumerable.Range(0, cohorts).SelectMany(cohort => groups.SelectMany(group => Enumerable.Range(0, periods + 1).Select(period =>
        {
            var here = members.Where(member => member.Cohort == cohort
                && (groupBy.Count == 0 || Oracle.KeyComparer.Instance.Equals(Oracle.Key(member.Start, groupBy), group))).ToList();
            var returned = here.Count(member => rolling
                ? member.Returns.Any(bucket => bucket >= cohort + period)
                : member.Returns.Contains(cohort + period));
            var begun = begins[cohort + period] <= QueryEngine.Now;
            return (object?[])
            [
                buckets[cohort].Label, .. group, (double)here.Count, (double)period, begun ? (double)returned : null,
                begun && here.Count > 0 ? (double)returned / here.Count : null, begins[cohort + period + 1] <= QueryEngine.Now,
            ];
        })))];
    }

    // Once per cohort a subject belongs to: by which event, and in which buckets it did the return event from then on.
    private static IEnumerable<(int Cohort, StoredEvent Start, HashSet<int> Returns)> Members(
        List<StoredEvent> events, JsonElement query, DateTimeOffset from, DateTimeOffset to, Func<StoredEvent, int> bucketOf)
    {
        var start = query.GetProperty("start");
        var back = query.TryGetProperty("return", out var other) ? other : start;
        var everStarted = events.Where(item => FunnelOracle.Fits(item, start)).ToList();
        var started = everStarted.Where(item => item.Time >= from && item.Time < to).ToList();
        IEnumerable<StoredEvent> chosen = query.GetProperty("cohort").GetString() switch
        {
            "first" => started.Take(1),
            "new" => everStarted.Take(1).Where(started.Contains),
            _ => started.GroupBy(bucketOf).Select(bucket => bucket.First()),
        };
        return chosen.Select(item => (bucketOf(item), item, events.Where(later => later.Time >= item.Time && FunnelOracle.Fits(later, back)).Select(bucketOf).ToHashSet()));
    }
}
