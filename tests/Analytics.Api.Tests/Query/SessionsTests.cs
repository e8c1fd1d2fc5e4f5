using System.Globalization;
using System.Text.Json;
using CsCheck;
using static Analytics.Api.Tests.Query.RandomEvents;

namespace Analytics.Api.Tests.Query;

/// <summary>The real answer equals the oracle's on random events and on a real history; the edges are shown by hand.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class SessionsTests(QueryEngine engine)
{
    private static readonly Gen<(string Query, IReadOnlyList<StoredEvent> Events)> Questions = Gen.Select(
        Gen.Select(Pick(Starts), Pick(Zones), Pick("", "minute", "hour", "day"), Gen.Double[0.05, 1]),
        Gen.Frequency((2, PropertyFilter), (1, AttributeFilter)).Array[0, 1], FieldName.Array[0, 2], Gen.Int[1, 4], Pick(1, 5, 30, 240), Event.Array[0, 40],
        (frame, filters, groups, limit, gap, events) =>
        {
            var (start, timezone, interval, length) = frame;
            var from = DateTimeOffset.Parse(start, CultureInfo.InvariantCulture);
            var to = DateTimeOffset.FromUnixTimeMilliseconds(from.AddHours((interval == "day" ? 80 : 5) * length).ToUnixTimeMilliseconds());
            var query = new Dictionary<string, object>
            {
                ["range"] = new { from = from.ToString("O"), to = to.ToString("O") },
                ["timezone"] = timezone,
                ["filters"] = filters,
                ["groupBy"] = groups.Distinct(),
                ["limit"] = limit,
                ["gap"] = $"{gap}m",
            };
            if (interval.Length > 0)
                query["interval"] = interval;
            return (JsonSerializer.Serialize(query), Between(from, to, events));
        });

    [Fact]
    public async Task Any_question_about_any_events_has_the_oracles_answer() =>
        await Questions.SampleAsync(async question =>
        {
            var tenant = QueryEngine.NewTenant();
            await engine.StoreAsync(tenant, question.Events);

            var answer = await engine.AskAsync(tenant, question.Query, "sessions");

            AnswerRows.AssertSame(SessionsOracle.Answer(question.Events, JsonElement.Parse(question.Query)), answer);
        }, iter: Samples.Few(50), threads: 1, print: question => question.Query + "\n" + string.Join('\n', question.Events));

    [Theory]
    [InlineData("""{"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"interval":"month","timezone":"America/Chicago","filters":[],"groupBy":[],"limit":10}""")]
    [InlineData("""{"range":{"from":"2016-01-01T00:00:00Z","to":"2017-01-01T00:00:00Z"},"timezone":"UTC","filters":[{"field":"type","op":"eq","value":"file.changed"}],"groupBy":["data.extension"],"limit":4,"gap":"90m"}""")]
    public async Task Real_history_has_the_oracles_answer(string query)
    {
        var tenant = QueryEngine.NewTenant();
        var events = RealEvents.Serilog();
        await engine.StoreAsync(tenant, events);

        var answer = await engine.AskAsync(tenant, query, "sessions");

        AnswerRows.AssertSame(SessionsOracle.Answer(events, JsonElement.Parse(query)), answer);
    }

    [Fact]
    public async Task Pauses_ids_and_the_edges_of_the_range()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant,
        [
            At("09:50", "early"), At("10:10", "early"), // began before the range: not counted
            At("10:00", "a"), At("10:30", "a"), // a pause of exactly the gap does not end it
            At("11:01", "a"), // a longer one does
            At("10:00", "b", "x"), At("12:59", "c", "x"), // one id is one session, whoever and however long
            At("12:50", "d"), At("13:10", "d"), // only its part before the end of the range
            At("12:00", ""), // nobody's
        ]);

        var answer = await engine.AskAsync(tenant, """{"range":{"from":"2026-11-24T10:00:00Z","to":"2026-11-24T13:00:00Z"}}""", "sessions");
        var byHour = await engine.AskAsync(
            tenant, """{"range":{"from":"2026-11-24T10:00:00Z","to":"2026-11-24T13:00:00Z"},"interval":"hour","groupBy":["subject"],"limit":1,"measures":["sessions","bounceRate"]}""", "sessions");

        // a (10:00-10:30), a (11:01), x (10:00-12:59), d (12:50): lengths 0, 0, 1800 and 10740 s.
        AnswerRows.AssertSame([[4.0, 900.0, 8058.0, 1.5, 0.5, 1.0]], answer);
        Assert.Equal(
            """[["2026-11-24T10:00:00Z","a",1,0],["2026-11-24T11:00:00Z","a",1,1],["2026-11-24T12:00:00Z","a",0,null]]""", AnswerRows.Text(byHour));

        static StoredEvent At(string time, string subject, string session = "") =>
            new($"{time} {subject}", "t", DateTimeOffset.Parse($"2026-11-24T{time}:00Z", CultureInfo.InvariantCulture), subject, SessionId: session);
    }

    // It turns the only session into one that began before the range, so the answer must not come out of the cache.
    [Fact]
    public async Task A_late_event_before_the_range_is_noticed()
    {
        const string question = """{"range":{"from":"2026-11-24T10:00:00Z","to":"2026-11-24T13:00:00Z"},"measures":["sessions"]}""";
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, [new StoredEvent("e1", "t", DateTimeOffset.Parse("2026-11-24T10:05:00Z", CultureInfo.InvariantCulture), "u")]);
        var before = await engine.AskAsync(tenant, question, "sessions");
        await engine.StoreAsync(tenant, [new StoredEvent("e2", "t", DateTimeOffset.Parse("2026-11-24T09:55:00Z", CultureInfo.InvariantCulture), "u", Offset: 1)]);

        var after = await engine.AskAsync(tenant, question, "sessions");

        Assert.Equal(("[[1]]", "[[0]]"), (AnswerRows.Text(before), AnswerRows.Text(after)));
    }
}
