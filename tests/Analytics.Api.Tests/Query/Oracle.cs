using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Analytics.Api.Tests.Query;

/// <summary>
/// The same questions answered slowly and obviously over events in memory: no SQL, no shared code, the system's timezone database instead
/// of NodaTime's. It reads the query's JSON itself.
/// </summary>
internal static class Oracle
{
    /// <summary>Rows as the answer has them: time, groups, measures; null, text or number.</summary>
    public static List<object?[]> Timeseries(IReadOnlyList<StoredEvent> all, JsonElement query)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(query.GetProperty("timezone").GetString()!);
        var interval = query.GetProperty("interval").GetString()!;
        var from = query.GetProperty("range").GetProperty("from").GetDateTimeOffset();
        var to = query.GetProperty("range").GetProperty("to").GetDateTimeOffset();
        var groupBy = query.GetProperty("groupBy").EnumerateArray().Select(field => field.GetString()!).ToList();
        var measures = query.GetProperty("measures").EnumerateArray().ToList();
        var filters = query.GetProperty("filters").EnumerateArray().ToList();
        var events = all.Where(item => item.Time >= from && item.Time < to && filters.TrueForAll(filter => Passes(item, filter))).ToList();

        List<string?[]> groups = groupBy.Count == 0
            ? [[]]
            : [.. events.GroupBy(item => Key(item, groupBy), KeyComparer.Instance)
                .OrderBy(group => Measure([.. group], measures[0]) is null).ThenByDescending(group => Measure([.. group], measures[0]))
                .ThenBy(group => group.Key, KeyComparer.Instance)
                .Take(query.GetProperty("limit").GetInt32()).Select(group => group.Key)];

        return [.. Buckets(from, to, interval, zone).SelectMany(bucket => groups.Select(group =>
        {
            var inside = events.Where(item => BucketKey(item.Time, interval, zone) == bucket.Key
                && (groupBy.Count == 0 || KeyComparer.Instance.Equals(Key(item, groupBy), group))).ToList();
            return (object?[])[bucket.Label, .. group, .. measures.Select(measure => (object?)Measure(inside, measure))];
        }))];
    }

    public static bool Passes(StoredEvent item, JsonElement filter)
    {
        var field = filter.GetProperty("field").GetString()!;
        var value = Value(item, field);
        var given = filter.TryGetProperty("value", out var any) ? any : default;
        return filter.GetProperty("op").GetString() switch
        {
            "eq" => Same(value, given),
            "ne" => !Same(value, given),
            "in" => given.EnumerateArray().Any(one => Same(value, one)),
            "nin" => !given.EnumerateArray().Any(one => Same(value, one)),
            "gt" => Order(value, given) > 0,
            "gte" => Order(value, given) >= 0,
            "lt" => Order(value, given) < 0,
            "lte" => Order(value, given) <= 0,
            "contains" => value is string text && text.Contains(given.GetString()!, StringComparison.Ordinal),
            "startsWith" => value is string text && text.StartsWith(given.GetString()!, StringComparison.Ordinal),
            "exists" => value is not null,
            "absent" => value is null,
            var op => throw new NotSupportedException(op),
        };
    }

    /// <summary>string, double, bool, DateTimeOffset, a JsonElement for arrays, or null.</summary>
    public static object? Value(StoredEvent item, string field) => field switch
    {
        "id" => item.Id,
        "type" => item.Type,
        "source" => item.Source,
        "subject" => item.Subject.Length > 0 ? item.Subject : null,
        "sessionid" => item.SessionId.Length > 0 ? item.SessionId : null,
        "traceid" => item.TraceId.Length > 0 ? item.TraceId : null,
        "time" => item.Time,
        "received" => item.Received,
        _ => item.Leaves().Where(leaf => "data." + leaf.Path == field).Select(leaf => (object?)(leaf.Leaf.ValueKind switch
        {
            JsonValueKind.String => leaf.Leaf.GetString(),
            JsonValueKind.Number => leaf.Leaf.GetDouble(),
            JsonValueKind.True or JsonValueKind.False => leaf.Leaf.GetBoolean(),
            _ => leaf.Leaf,
        })).FirstOrDefault(),
    };

    private static bool Same(object? value, JsonElement given) => value switch
    {
        string text => given.ValueKind == JsonValueKind.String && text == given.GetString(),
        double number => given.ValueKind == JsonValueKind.Number && number == given.GetDouble(),
        bool truth => given.ValueKind is JsonValueKind.True or JsonValueKind.False && truth == given.GetBoolean(),
        DateTimeOffset time => time == given.GetDateTimeOffset(),
        _ => false,
    };

    // Null (no order) makes every comparison false.
    private static int? Order(object? value, JsonElement given) => value switch
    {
        string text when given.ValueKind == JsonValueKind.String => ByBytes(text, given.GetString()!),
        double number when given.ValueKind == JsonValueKind.Number => number.CompareTo(given.GetDouble()),
        DateTimeOffset time => time.CompareTo(given.GetDateTimeOffset()),
        _ => null,
    };

    public static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        bool truth => truth ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        JsonElement array => array.GetRawText(),
        DateTimeOffset time => time.UtcDateTime.ToString("O"),
        _ => throw new NotSupportedException(value.GetType().Name),
    };

    public static string?[] Key(StoredEvent item, List<string> fields) => [.. fields.Select(field => Text(Value(item, field)))];

    public static double? Measure(List<StoredEvent> events, JsonElement measure)
    {
        var op = measure.GetProperty("op").GetString()!;
        if (op == "count")
            return events.Count;

        var field = measure.GetProperty("field").GetString()!;
        if (op == "unique")
            return events.Select(item => Text(Value(item, field))).OfType<string>().Distinct().Count();

        var numbers = events.Select(item => Value(item, field)).OfType<double>().Order().ToList();
        return op switch
        {
            "sum" => numbers.Sum(),
            _ when numbers.Count == 0 => null,
            "avg" => numbers.Average(),
            "min" => numbers[0],
            "max" => numbers[^1],
            _ => Percentile(numbers, int.Parse(op[1..], CultureInfo.InvariantCulture) / 100.0),
        };
    }

    public static double Percentile(List<double> sorted, double level)
    {
        var at = level * (sorted.Count - 1);
        var below = (int)Math.Floor(at);
        return below + 1 < sorted.Count ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }

    // Walks through time in steps that no bucket is narrower than and notes whenever the key changes.
    public static List<(string Key, string Label)> Buckets(DateTimeOffset from, DateTimeOffset to, string interval, TimeZoneInfo zone)
    {
        var step = interval == "minute" ? TimeSpan.FromMinutes(1) : TimeSpan.FromMinutes(15);
        var back = interval switch { "minute" => 1, "hour" => 2, "day" => 49, "week" => 24 * 9, _ => 24 * 33 };
        var start = new DateTimeOffset(from.UtcDateTime.Date, TimeSpan.Zero).AddHours(-back);
        var buckets = new List<(string Key, string Label)>();
        for (var time = start; time < to; time += step)
        {
            var key = BucketKey(time, interval, zone);
            if (buckets.Count == 0 || buckets[^1].Key != key)
                buckets.Add((key, Label(time, zone)));
        }

        return buckets[buckets.FindIndex(bucket => bucket.Key == BucketKey(from, interval, zone))..];
    }

    public static string BucketKey(DateTimeOffset time, string interval, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone);
        return interval switch
        {
            "minute" => local.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture),
            "hour" => local.ToString("yyyy-MM-dd HH zzz", CultureInfo.InvariantCulture),
            "day" => local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            "week" => $"{ISOWeek.GetYear(local.DateTime)}-W{ISOWeek.GetWeekOfYear(local.DateTime)}",
            _ => local.ToString("yyyy-MM", CultureInfo.InvariantCulture),
        };
    }

    private static string Label(DateTimeOffset time, TimeZoneInfo zone) =>
        zone.Id == "UTC" ? time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)
            : TimeZoneInfo.ConvertTime(time, zone).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    public static int ByBytes(string left, string right) =>
        Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    public sealed class KeyComparer : IEqualityComparer<string?[]>, IComparer<string?[]>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals(string?[]? x, string?[]? y) => x!.SequenceEqual(y!);

        public int GetHashCode(string?[] key) => string.Join('\u0001', key).GetHashCode(StringComparison.Ordinal);

        public int Compare(string?[]? x, string?[]? y) => x!.Zip(y!)
            .Select(pair => pair.First is null || pair.Second is null
                ? (pair.First is null).CompareTo(pair.Second is null)
                : ByBytes(pair.First, pair.Second))
            .FirstOrDefault(order => order != 0);
    }
}
