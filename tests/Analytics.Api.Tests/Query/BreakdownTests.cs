using System.Globalization;
using System.Text.Json;
using CsCheck;
using static Analytics.Api.Tests.Query.RandomEvents;

namespace Analytics.Api.Tests.Query;

/// <summary>The real answer equals the oracle's on random events and on a real history, and golden rows that were counted by hand.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class BreakdownTests(QueryEngine engine)
{
    private static readonly Gen<(string Query, IReadOnlyList<StoredEvent> Events)> Questions = Gen.Select(
        Measure.Array[1, 3], Gen.Frequency((2, PropertyFilter), (1, AttributeFilter)).Array[0, 2], FieldName.Array[1, 3], Gen.Int[1, 5], Gen.Bool, Event.Array[0, 40],
        (measures, filters, groups, limit, other, events) =>
        {
            var from = DateTimeOffset.Parse("2026-01-01T00:00:00Z", CultureInfo.InvariantCulture);
            var to = from.AddDays(3);
            var query = JsonSerializer.Serialize(new
            {
                range = new { from = from.ToString("O"), to = to.ToString("O") },
                measures = measures.DistinctBy(measure => JsonSerializer.SerializeToElement(measure).GetProperty("as").GetString()),
                filters,
                groupBy = groups.Distinct(),
                limit,
                other,
            });
            return (query, Between(from, to, events));
        });

    [Fact]
    public async Task Any_question_about_any_events_has_the_oracles_answer() =>
        await Questions.SampleAsync(async question =>
        {
            var tenant = QueryEngine.NewTenant();
            await engine.StoreAsync(tenant, question.Events);

            var answer = await engine.AskAsync(tenant, question.Query, "breakdown");

            AnswerRows.AssertSame(BreakdownOracle.Answer(question.Events, JsonElement.Parse(question.Query)), answer);
        }, iter: Samples.Few(50), threads: 1, print: question => question.Query + "\n" + string.Join('\n', question.Events));

    [Fact]
    public async Task Real_history_has_the_oracles_answer()
    {
        const string query = """
            {"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"groupBy":["data.extension","data.directory"],"limit":7,"other":true,
             "measures":[{"op":"sum","field":"data.additions"},{"op":"count"},{"op":"unique","field":"subject"},{"op":"p95","field":"data.additions"},{"op":"avg","field":"data.depth"}],
             "filters":[{"field":"type","op":"eq","value":"file.changed"}]}
            """;
        var tenant = QueryEngine.NewTenant();
        var events = RealEvents.Serilog();
        await engine.StoreAsync(tenant, events);

        var answer = await engine.AskAsync(tenant, query, "breakdown");

        AnswerRows.AssertSame(BreakdownOracle.Answer(events, JsonElement.Parse(query)), answer);
    }

    [Fact]
    public async Task The_rest_is_not_mistaken_for_groups_that_look_like_it()
    {
        var tenant = QueryEngine.NewTenant();
        var values = new[] { "\"other\"", "\"other\"", "\"other\"", "null", "null", "\"x\"", "\"y\"" };
        await engine.StoreAsync(tenant, values.Select((value, i) => new StoredEvent(
            $"e{i}", "t", QueryEngine.Now.AddMinutes(-i), $"u{i % 2}", $$"""{"k":{{value}},"n":{{i}}}""", Offset: i)));

        var answer = await engine.AskAsync(
            tenant, """{"range":{"last":"1d"},"groupBy":["data.k"],"limit":2,"measures":[{"op":"count"},{"op":"unique","field":"subject"},{"op":"max","field":"time"}]}""", "breakdown");

        Assert.Equal(
            """[["other",false,3,2,"2026-11-24T08:30:15.250Z"],[null,false,2,2,"2026-11-24T08:27:15.250Z"],[null,true,2,2,"2026-11-24T08:25:15.250Z"]]""",
            AnswerRows.Text(answer));
        Assert.Equal("boolean", answer.GetProperty("columns")[1].GetProperty("type").GetString());
    }

    [Fact]
    public async Task Nothing_stored_is_no_row()
    {
        var answer = await engine.AskAsync(QueryEngine.NewTenant(), """{"range":{"last":"1d"},"groupBy":["type"]}""", "breakdown");

        Assert.Equal("[]", AnswerRows.Text(answer));
    }
}
