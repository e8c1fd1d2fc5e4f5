using System.Text.Json;
using CsCheck;

namespace Analytics.Api.Tests.Query;

/// <summary>Events and parts of questions at random, hostile ones among them, that the oracle tests of every kind share.</summary>
internal static class RandomEvents
{
    public static readonly string[] Hostile =
    [
        "'", "\\", "a'b\\", "') OR 1=1 --", "'; DROP TABLE events; --", "{tenant:String}", "}}", "%27", "\u0000", "tab\tline\n", "ключ", "😀", "\"q\"",
        "true", "false", "[1]", "null", "1", "",
    ];

    public static readonly string[] Paths = ["country", "amount", "plan.name", "flag", "it's", "a\\b", "'] OR 1=1 --", "ключ 😀", "tab\t"];

    public static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu"];

    // Around changes of clocks: spring and autumn, Sao Paulo's midnights, Apia's missing day.
    public static readonly string[] Starts =
        ["2025-03-29T20:30:00Z", "2025-10-25T21:00:00Z", "2025-11-01T22:15:00Z", "2017-10-14T11:00:00Z", "2018-02-17T11:00:00Z", "2011-12-29T03:00:00Z", "2026-01-01T00:00:00Z", "2024-12-30T01:02:03.456Z"];

    public static readonly Gen<string> Text = Gen.OneOf(Pick("DE", "FR", "de", "", "free"), Pick(Hostile));

    public static readonly Gen<object?> Leaf = Gen.Frequency(
        (5, Text.Select(text => (object?)text)),
        (4, Gen.Int[-3, 40].Select(number => (object?)(number / 2.0))),
        (1, Gen.Const((object?)9_007_199_254_740_991.0)),
        (2, Gen.Bool.Select(truth => (object?)truth)),
        (1, Gen.Const((object?)null)),
        (1, Pick<object?>(new[] { "DE" }, Array.Empty<int>(), new object?[] { 1, "x", null })));

    public static readonly Gen<string> Data = Gen.Select(Pick(Paths), Leaf).Array[0, 6].Select(WriteData);

    public static readonly Gen<StoredEvent> Event = Gen.Select(
        Pick("order.paid", "page.viewed", "a-b_c:d/e"), Gen.Double[-0.1, 1.1], Pick("", "u1", "u2", "o'neil", "\\"), Data,
        Pick("", "s1", "s2"),
        (type, at, subject, data, session) => new StoredEvent("", type, DateTimeOffset.UnixEpoch.AddSeconds(at), subject, data, "/it's", session));

    public static readonly Gen<string> FieldName = Gen.Frequency(
        (1, Pick("type", "subject", "sessionid", "source")), (4, Pick(Paths).Select(path => "data." + path)));

    public static readonly Gen<object> Measure = Gen.Select(
        Pick("count", "unique", "sum", "avg", "min", "max", "p50", "p90", "p95", "p99"), FieldName, Pick(Paths), Gen.Int[0, 1_000_000],
        (op, field, path, name) => (object)(op switch
        {
            "count" => new { op, @as = $"m{name}" },
            "unique" => new { op, field, @as = $"m{name}" },
            _ => new { op, field = "data." + path, @as = $"m{name}" },
        }));

    public static readonly Gen<object> PropertyFilter = Gen.Select(
        Pick("eq", "ne", "in", "nin", "gt", "gte", "lt", "lte", "contains", "startsWith", "exists", "absent"), Pick(Paths),
        Text, Gen.Int[-3, 40], Gen.Bool, Gen.Int[0, 2],
        (op, path, text, number, truth, kind) =>
        {
            var field = "data." + path;
            object scalar = kind == 0 ? text : kind == 1 ? number / 2.0 : truth;
            return op switch
            {
                "exists" or "absent" => (object)new { field, op },
                "in" or "nin" => new { field, op, value = kind == 0 ? new object[] { text, number / 2.0, truth } : [scalar] },
                "contains" or "startsWith" => new { field, op, value = text },
                "gt" or "gte" or "lt" or "lte" => new { field, op, value = kind == 0 ? (object)text : number / 2.0 },
                _ => new { field, op, value = scalar },
            };
        });

    public static readonly Gen<object> AttributeFilter = Gen.Select(
        Pick("eq", "ne", "in", "nin", "gt", "lte", "contains", "exists", "absent"), Pick("type", "subject", "sessionid"),
        Pick("order.paid", "u1", "u2", "s1", "o'neil", "\\", "zz", "a"),
        (op, field, text) => op switch
        {
            "exists" or "absent" => (object)new { field, op },
            "in" or "nin" => new { field, op, value = new[] { text, "page.viewed", "s2" } },
            _ => new { field, op, value = text },
        });

    /// <summary>Numbers the events and spreads them over the range and a little beyond.</summary>
    public static IReadOnlyList<StoredEvent> Between(DateTimeOffset from, DateTimeOffset to, IEnumerable<StoredEvent> events) =>
    [
        .. events.Select((item, i) => item with
        {
            Id = $"e{i}",
            Offset = i,
            Time = DateTimeOffset.FromUnixTimeMilliseconds((long)(from.ToUnixTimeMilliseconds()
                + ((item.Time - DateTimeOffset.UnixEpoch).TotalSeconds * (to - from).TotalMilliseconds))),
        }),
    ];

    public static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    // Later members of the same path win; nested paths become objects.
    private static string WriteData((string Path, object? Leaf)[] members)
    {
        var data = new Dictionary<string, object?>();
        foreach (var (path, leaf) in members)
        {
            var parts = path.Split('.');
            if (parts.Length == 1)
                data[path] = leaf;
            else
                data[parts[0]] = new Dictionary<string, object?> { [parts[1]] = leaf };
        }

        return data.Count == 0 ? "" : JsonSerializer.Serialize(data);
    }
}
