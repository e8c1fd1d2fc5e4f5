using System.Text.Json;
using CsCheck;
using TestKit;

namespace Analytics.Api.Tests.Query;

/// <summary>The real answer equals the oracle's on random events and questions. A failure prints the seed that repeats it.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class TimeseriesOracleTests(QueryEngine engine)
{
    private static readonly string[] Hostile =
    [
        "'", "\\", "a'b\\", "') OR 1=1 --", "'; DROP TABLE events; --", "{tenant:String}", "}}", "%27", "\u0000", "tab\tline\n", "ключ", "😀", "\"q\"",
        "true", "false", "[1]", "null", "1", "",
    ];

    private static readonly string[] Paths = ["country", "amount", "plan.name", "flag", "it's", "a\\b", "'] OR 1=1 --", "ключ 😀", "tab\t"];

    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu"];

    // Around changes of clocks: spring and autumn, Sao Paulo's midnights, Apia's missing day.
    private static readonly string[] Starts =
        ["2025-03-29T20:30:00Z", "2025-10-25T21:00:00Z", "2025-11-01T22:15:00Z", "2017-10-14T11:00:00Z", "2018-02-17T11:00:00Z", "2011-12-29T03:00:00Z", "2026-01-01T00:00:00Z", "2024-12-30T01:02:03.456Z"];

    private static readonly Gen<string> Text = Gen.OneOf(Pick("DE", "FR", "de", "", "free"), Pick(Hostile));

    private static readonly Gen<object?> Leaf = Gen.Frequency(
        (5, Text.Select(text => (object?)text)),
        (4, Gen.Int[-3, 40].Select(number => (object?)(number / 2.0))),
        (1, Gen.Const((object?)9_007_199_254_740_991.0)),
        (2, Gen.Bool.Select(truth => (object?)truth)),
        (1, Gen.Const((object?)null)),
        (1, Pick<object?>(new[] { "DE" }, Array.Empty<int>(), new object?[] { 1, "x", null })));

    private static readonly Gen<string> Data = Gen.Select(Pick(Paths), Leaf).Array[0, 6].Select(WriteData);

    private static readonly Gen<StoredEvent> Event = Gen.Select(
        Pick("order.paid", "page.viewed", "a-b_c:d/e"), Gen.Double[-0.1, 1.1], Pick("", "u1", "u2", "o'neil", "\\"), Data,
        Pick("", "s1", "s2"),
        (type, at, subject, data, session) => new StoredEvent("", type, DateTimeOffset.UnixEpoch.AddSeconds(at), subject, data, "/it's", session));

    private static readonly Gen<string> FieldName = Gen.Frequency(
        (1, Pick("type", "subject", "sessionid", "source")), (4, Pick(Paths).Select(path => "data." + path)));

    private static readonly Gen<object> Measure = Gen.Select(
        Pick("count", "unique", "sum", "avg", "min", "max", "p50", "p90", "p95", "p99"), FieldName, Pick(Paths), Gen.Int[0, 1_000_000],
        (op, field, path, name) => (object)(op switch
        {
            "count" => new { op, @as = $"m{name}" },
            "unique" => new { op, field, @as = $"m{name}" },
            _ => new { op, field = "data." + path, @as = $"m{name}" },
        }));

    private static readonly Gen<object> PropertyFilter = Gen.Select(
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

    private static readonly Gen<object> AttributeFilter = Gen.Select(
        Pick("eq", "ne", "in", "nin", "gt", "lte", "contains", "exists", "absent"), Pick("type", "subject", "sessionid"),
        Pick("order.paid", "u1", "u2", "s1", "o'neil", "\\", "zz", "a"),
        (op, field, text) => op switch
        {
            "exists" or "absent" => (object)new { field, op },
            "in" or "nin" => new { field, op, value = new[] { text, "page.viewed", "s2" } },
            _ => new { field, op, value = text },
        });

    private static readonly Gen<Question> Questions = Gen.Select(
        Gen.Select(Pick(Starts), Pick(Zones), Pick("minute", "hour", "day", "week", "month"), Gen.Double[0.05, 1]),
        Measure.Array[1, 4], Gen.Frequency((2, PropertyFilter), (1, AttributeFilter)).Array[0, 3], FieldName.Array[0, 2], Gen.Int[1, 5], Event.Array[0, 40],
        (frame, measures, filters, groups, limit, events) => Question.Of(frame, measures, filters, groups, limit, events));

    [Fact]
    public async Task Any_question_about_any_events_has_the_oracles_answer() =>
        await Questions.SampleAsync(async question =>
        {
            var tenant = QueryEngine.NewTenant();
            await engine.StoreAsync(tenant, question.Events);

            var answer = await engine.AskAsync(tenant, question.Query);

            Compare(Oracle.Timeseries(question.Events, JsonElement.Parse(question.Query)), answer);
        }, iter: 150, threads: 1, print: question => question.Query + "\n" + string.Join('\n', question.Events));

    [Theory]
    [InlineData("""{"range":{"from":"2013-11-01T00:00:00Z","to":"2026-03-01T00:00:00Z"},"interval":"month","timezone":"Australia/Sydney","measures":[{"op":"count"},{"op":"unique","field":"subject"},{"op":"p95","field":"data.additions"},{"op":"sum","field":"data.deletions"}],"filters":[],"groupBy":["type"],"limit":5}""")]
    [InlineData("""{"range":{"from":"2014-03-15T00:00:00Z","to":"2014-04-15T00:00:00Z"},"interval":"hour","timezone":"Europe/Berlin","measures":[{"op":"count"},{"op":"avg","field":"data.hour"}],"filters":[{"field":"data.bot","op":"eq","value":false}],"groupBy":[],"limit":10}""")]
    [InlineData("""{"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"interval":"week","timezone":"UTC","measures":[{"op":"sum","field":"data.additions"},{"op":"max","field":"data.additions"}],"filters":[{"field":"data.extension","op":"in","value":["cs","md"]},{"field":"data.depth","op":"gte","value":2}],"groupBy":["data.extension","data.directory"],"limit":4}""")]
    public async Task Real_history_has_the_oracles_answer(string query)
    {
        var tenant = QueryEngine.NewTenant();
        var events = SerilogHistory().ToList();
        await engine.StoreAsync(tenant, events);

        var answer = await engine.AskAsync(tenant, query);

        var expected = Oracle.Timeseries(events, JsonElement.Parse(query));
        Assert.NotEmpty(expected);
        Compare(expected, answer);
    }

    private static IEnumerable<StoredEvent> SerilogHistory()
    {
        foreach (var line in Events.ReadFile("serilog.ndjson.gz"))
        {
            var json = JsonElement.Parse(line);
            string Of(string name) => json.TryGetProperty(name, out var value) ? value.GetString()! : "";
            yield return new StoredEvent(
                Of("id"), Of("type"), json.GetProperty("time").GetDateTimeOffset(), Of("subject"), json.GetProperty("data").GetRawText(), Of("source"), Of("sessionid"));
        }
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void Compare(List<object?[]> expected, JsonElement answer)
    {
        var columns = answer.GetProperty("columns").EnumerateArray().ToList();
        var rows = answer.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal(expected.Count, rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i].EnumerateArray().ToList();
            Assert.Equal(columns.Count, row.Count);
            Assert.Equal(expected[i].Length, row.Count);
            for (var j = 0; j < row.Count; j++)
                Assert.True(Same(expected[i][j], row[j]), $"row {i}, column {j}: expected {expected[i][j] ?? "null"}, got {rows[i]}");
        }
    }

    private static bool Same(object? expected, JsonElement value) => expected switch
    {
        null => value.ValueKind == JsonValueKind.Null,
        string text => value.ValueKind == JsonValueKind.String && value.GetString() == text,
        double number => value.ValueKind == JsonValueKind.Number && Math.Abs(value.GetDouble() - number) <= 1e-9 * Math.Max(1, Math.Abs(number)),
        _ => false,
    };

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

    internal sealed record Question(string Query, IReadOnlyList<StoredEvent> Events)
    {
        public static Question Of(
            (string Start, string Zone, string Interval, double Length) frame, object[] measures, object[] filters, string[] groups, int limit, StoredEvent[] events)
        {
            var from = DateTimeOffset.Parse(frame.Start, System.Globalization.CultureInfo.InvariantCulture);
            var longest = frame.Interval switch { "minute" => 0.2, "hour" => 4, "day" => 20, "week" => 60, _ => 300 };
            var to = DateTimeOffset.FromUnixTimeMilliseconds(from.AddDays(longest * frame.Length).ToUnixTimeMilliseconds());
            var query = JsonSerializer.Serialize(new
            {
                range = new { from = from.ToString("O"), to = to.ToString("O") },
                interval = frame.Interval,
                timezone = frame.Zone,
                measures = measures.DistinctBy(measure => JsonSerializer.SerializeToElement(measure).GetProperty("as").GetString()),
                filters,
                groupBy = groups.Distinct(),
                limit,
            });
            var placed = events.Select((item, i) => item with
            {
                Id = $"e{i}",
                Offset = i,
                Time = DateTimeOffset.FromUnixTimeMilliseconds((long)(from.ToUnixTimeMilliseconds()
                    + ((item.Time - DateTimeOffset.UnixEpoch).TotalSeconds * (to - from).TotalMilliseconds))),
            });
            return new Question(query, [.. placed]);
        }
    }
}
