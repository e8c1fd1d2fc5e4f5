using System.Globalization;
using System.Text.Json;
using CsCheck;
using static Analytics.Api.Tests.Query.RandomEvents;

namespace Analytics.Api.Tests.Query;

/// <summary>
/// <c>compare</c> on the real engine: the oracle on random events around changes of clocks, the edges by hand, and a cache that notices what is
/// stored into the range before.
/// </summary>
[Collection(OnQueryEngine.Name)]
public sealed class ComparisonTests(QueryEngine engine)
{
    // A third are whole days of the clock, as dashboards ask for; the others end anywhere.
    private static readonly Gen<(string Query, IReadOnlyList<StoredEvent> Events)> Questions = Gen.Select(
        Gen.Select(Pick(Starts), Pick(Zones), Pick("minute", "hour", "day", "week", "month"), Gen.Double[0.05, 1], Gen.Int[0, 2]),
        Measure.Array[1, 2], Gen.Frequency((1, PropertyFilter), (3, AttributeFilter)).Array[0, 1], FieldName.Array[1, 2], Gen.Int[1, 4], Gen.Bool, Event.Array[0, 40],
        (frame, measures, filters, groups, limit, other, events) =>
        {
            var (start, timezone, interval, share, whole) = frame;
            var from = DateTimeOffset.Parse(start, CultureInfo.InvariantCulture);
            var longest = interval switch { "minute" => 0.2, "hour" => 5, "day" => 20, "week" => 60, _ => 200 };
            var days = longest * share;
            var to = whole == 0 && days > 1
                ? SameTimeLater(from, (int)days, TimeZoneInfo.FindSystemTimeZoneById(timezone))
                : DateTimeOffset.FromUnixTimeMilliseconds(from.AddDays(days).ToUnixTimeMilliseconds());
            var query = JsonSerializer.Serialize(new
            {
                range = new { from = from.ToString("O"), to = to.ToString("O") },
                interval,
                timezone,
                measures = measures.DistinctBy(measure => JsonSerializer.SerializeToElement(measure).GetProperty("as").GetString()),
                filters,
                groupBy = groups.Distinct(),
                limit,
                other,
                compare = "previous",
            });
            return (query, Between(from - ((to - from) * 1.2), to, events));
        });

    [Fact]
    public async Task Any_series_beside_the_one_before_has_the_oracles_answer() =>
        await Questions.SampleAsync(async question =>
        {
            var query = Without(question.Query, "other", question.Events.Count % 2 == 0 ? "groupBy" : "other");
            await AssertAsync(question.Events, query, "timeseries", ComparisonOracle.Timeseries);
        }, iter: Samples.Few(30), threads: 1, print: question => question.Query + "\n" + string.Join('\n', question.Events));

    [Fact]
    public async Task Any_breakdown_beside_the_one_before_has_the_oracles_answer() =>
        await Questions.SampleAsync(
            question => AssertAsync(question.Events, Without(question.Query, "interval"), "breakdown", ComparisonOracle.Breakdown),
            iter: Samples.Few(25), threads: 1, print: question => question.Query + "\n" + string.Join('\n', question.Events));

    [Fact]
    public async Task Days_stay_days_and_hours_stand_beside_their_namesakes_when_clocks_change()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, new[]
        {
            "2026-10-22T23:59:59+02:00", // before both ranges
            "2026-10-23T00:00:00+02:00", "2026-10-24T12:00:00+02:00", "2026-10-24T02:30:00+02:00", // the two days before
            "2026-10-25T00:30:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T12:30:00+01:00", "2026-10-26T23:59:59+01:00",
        }.Select((time, i) => new StoredEvent($"e{i}", "t", DateTimeOffset.Parse(time, CultureInfo.InvariantCulture), Offset: i)));

        var days = await engine.AskAsync(tenant, """{"range":{"from":"2026-10-24T22:00:00Z","to":"2026-10-26T23:00:00Z"},"interval":"day","timezone":"Europe/Berlin","compare":"previous"}""");
        var hours = await engine.AskAsync(tenant, """{"range":{"from":"2026-10-24T22:00:00Z","to":"2026-10-25T23:00:00Z"},"interval":"hour","timezone":"Europe/Berlin","compare":"previous"}""");
        var total = await engine.AskAsync(tenant, """{"range":{"from":"2026-10-24T22:00:00Z","to":"2026-10-26T23:00:00Z"},"timezone":"Europe/Berlin","groupBy":["type"],"compare":"previous"}""", "breakdown");

        Assert.Equal(["time", "count", "time_previous", "count_previous"], days.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()));
        Assert.Equal("""[["2026-10-25T00:00:00+02:00",4,"2026-10-23T00:00:00+02:00",1],["2026-10-26T00:00:00+01:00",1,"2026-10-24T00:00:00+02:00",2]]""", days.GetProperty("rows").GetRawText());
        Assert.Equal("""[["t",false,5,3]]""", AnswerRows.Text(total));
        var rows = hours.GetProperty("rows").EnumerateArray().Select(row => row.GetRawText()).ToList();
        Assert.Equal(25, rows.Count);
        Assert.Equal("""["2026-10-25T02:00:00+02:00",1,"2026-10-24T02:00:00+02:00",1]""", rows[2]);
        Assert.Equal("""["2026-10-25T02:00:00+01:00",1,null,null]""", rows[3]); // the day before had that hour once
        Assert.Equal("""["2026-10-25T12:00:00+01:00",1,"2026-10-24T12:00:00+02:00",1]""", rows[13]);
    }

    [Fact]
    public async Task Groups_are_those_of_the_range_and_the_rest_holds_all_others_of_both()
    {
        var tenant = QueryEngine.NewTenant();
        var events = new[] { (1, "a"), (1, "a"), (2, "b"), (25, "a"), (26, "gone"), (27, "gone"), (28, "gone"), (60, "a") };
        await engine.StoreAsync(tenant, events.Select((item, i) => new StoredEvent($"e{i}", item.Item2, QueryEngine.Now.AddHours(-item.Item1), Offset: i)));
        const string question = """{"range":{"last":"1d"},"groupBy":["type"],"limit":5,"compare":"previous","measures":[{"op":"count","as":"n"},{"op":"min","field":"data.x"}]}""";

        var answer = await engine.AskAsync(tenant, question, "breakdown");
        var alone = await engine.AskAsync(tenant, question.Replace("\"limit\":5", "\"limit\":5,\"other\":false", StringComparison.Ordinal), "breakdown");
        var nobody = await engine.AskAsync(QueryEngine.NewTenant(), question, "breakdown");

        Assert.Equal("""[["a",false,2,null,1,null],["b",false,1,null,0,null],[null,true,0,null,3,null]]""", AnswerRows.Text(answer));
        Assert.Equal("""[["a",2,null,1,null],["b",1,null,0,null]]""", AnswerRows.Text(alone));
        Assert.Equal("[]", AnswerRows.Text(nobody));
    }

    [Theory]
    [InlineData("timeseries", """{"range":{"from":"2026-11-10T00:00:00Z","to":"2026-11-17T00:00:00Z"},"interval":"day","compare":"previous"}""", "2026-11-03T12:00:00Z", "2026-11-02T23:59:59Z")]
    [InlineData("timeseries", """{"range":{"from":"2026-11-10T00:00:00Z","to":"2026-11-17T00:00:00Z"},"interval":"day","groupBy":["type"],"compare":"previous"}""", "2026-11-09T23:59:59Z", "2026-11-17T01:00:00Z")]
    [InlineData("breakdown", """{"range":{"from":"2026-11-10T00:00:00Z","to":"2026-11-17T00:00:00Z"},"groupBy":["type"],"compare":"previous"}""", "2026-11-03T00:00:00Z", "2026-11-02T23:59:59Z")]
    public async Task A_kept_answer_is_used_again_until_something_is_stored_in_either_range(string kind, string query, string inside, string outside)
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, [At("2026-11-12T12:00:00Z", 0), At("2026-11-05T12:00:00Z", 1)]);

        var first = await engine.AskAsync(tenant, query, kind);
        await engine.StoreAsync(tenant, [At(outside, 2)]);
        var unchanged = await engine.AskAsync(tenant, query, kind);
        await engine.StoreAsync(tenant, [At(inside, 3)]);
        var changed = await engine.AskAsync(tenant, query, kind);
        await engine.StoreAsync(tenant, [At("2026-11-16T12:00:00Z", 4)]);
        var both = await engine.AskAsync(tenant, query, kind);

        Assert.Equal(["miss", "hit", "miss", "miss"], new[] { first, unchanged, changed, both }.Select(answer => answer.GetProperty("meta").GetProperty("cache").GetString()!));
        Assert.Equal([(1, 1), (1, 1), (1, 2), (2, 2)], new[] { first, unchanged, changed, both }.Select(Totals));

        static StoredEvent At(string time, int offset) => new($"e{offset}", "t", DateTimeOffset.Parse(time, CultureInfo.InvariantCulture), Offset: offset);
    }

    [Fact]
    public async Task Rollups_answer_both_ranges_as_the_events_do()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, Enumerable.Range(0, 300).Select(i => new StoredEvent($"{i}", i % 3 == 0 ? "page" : "order", QueryEngine.Now.AddHours(-i * 4.1), $"u{i % 9}", Offset: i)));
        const string question = """{"range":{"last":"20d"},"interval":"day","timezone":"Europe/Berlin","groupBy":["type"],"measures":[{"op":"count"},{"op":"unique","field":"subject"}],"compare":"previous"}""";

        var kept = await engine.AskAsync(tenant, question);
        var raw = await engine.AskAsync(tenant, question.Replace("\"compare\"", "\"filters\":[{\"field\":\"id\",\"op\":\"exists\"}],\"compare\"", StringComparison.Ordinal));

        Assert.Equal("rollup", kept.GetProperty("meta").GetProperty("source").GetString());
        Assert.Equal("raw", raw.GetProperty("meta").GetProperty("source").GetString());
        Assert.Equal(AnswerRows.Text(raw), AnswerRows.Text(kept));
        Assert.True(Totals(kept) is { Now: > 100, Before: > 100 });
    }

    // Counts are the first measure.
    private static (int Now, int Before) Totals(JsonElement answer)
    {
        var names = answer.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()).ToList();
        var rows = answer.GetProperty("rows").EnumerateArray().ToList();
        int Sum(string name) => rows.Sum(row => row[names.IndexOf(name)] is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : 0);
        return (Sum("count"), Sum("count_previous"));
    }

    private async Task AssertAsync(
        IReadOnlyList<StoredEvent> events, string query, string kind, Func<IReadOnlyList<StoredEvent>, JsonElement, List<object?[]>> oracle)
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, events);

        var answer = await engine.AskAsync(tenant, query, kind);

        var complete = JsonElement.Parse(query.Contains("\"groupBy\"", StringComparison.Ordinal) ? query : query.Insert(1, "\"groupBy\":[],"));
        AnswerRows.AssertSame(oracle(events, complete), answer);
    }

    private static string Without(string query, params string[] members) =>
        JsonSerializer.Serialize(JsonElement.Parse(query).EnumerateObject().Where(member => !members.Contains(member.Name)).ToDictionary(member => member.Name, member => member.Value));

    private static DateTimeOffset SameTimeLater(DateTimeOffset from, int days, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(from, zone).DateTime.AddDays(days);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
