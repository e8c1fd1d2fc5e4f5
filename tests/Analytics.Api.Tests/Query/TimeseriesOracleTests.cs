using System.Text.Json;
using CsCheck;
using static Analytics.Api.Tests.Query.RandomEvents;

namespace Analytics.Api.Tests.Query;

/// <summary>The real answer equals the oracle's on random events and questions. A failure prints the seed that repeats it.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class TimeseriesOracleTests(QueryEngine engine)
{
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

            AnswerRows.AssertSame(Oracle.Timeseries(question.Events, JsonElement.Parse(question.Query)), answer);
        }, iter: Samples.Few(60), threads: 1, print: question => question.Query + "\n" + string.Join('\n', question.Events));

    [Theory]
    [InlineData("""{"range":{"from":"2013-11-01T00:00:00Z","to":"2026-03-01T00:00:00Z"},"interval":"month","timezone":"Australia/Sydney","measures":[{"op":"count"},{"op":"unique","field":"subject"},{"op":"p95","field":"data.additions"},{"op":"sum","field":"data.deletions"}],"filters":[],"groupBy":["type"],"limit":5}""")]
    [InlineData("""{"range":{"from":"2014-03-15T00:00:00Z","to":"2014-04-15T00:00:00Z"},"interval":"hour","timezone":"Europe/Berlin","measures":[{"op":"count"},{"op":"avg","field":"data.hour"}],"filters":[{"field":"data.bot","op":"eq","value":false}],"groupBy":[],"limit":10}""")]
    [InlineData("""{"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"interval":"week","timezone":"UTC","measures":[{"op":"sum","field":"data.additions"},{"op":"max","field":"data.additions"}],"filters":[{"field":"data.extension","op":"in","value":["cs","md"]},{"field":"data.depth","op":"gte","value":2}],"groupBy":["data.extension","data.directory"],"limit":4}""")]
    public async Task Real_history_has_the_oracles_answer(string query)
    {
        var tenant = QueryEngine.NewTenant();
        var events = RealEvents.Serilog();
        await engine.StoreAsync(tenant, events);

        var answer = await engine.AskAsync(tenant, query);

        var expected = Oracle.Timeseries(events, JsonElement.Parse(query));
        Assert.NotEmpty(expected);
        AnswerRows.AssertSame(expected, answer);
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
            return new Question(query, RandomEvents.Between(from, to, events));
        }
    }
}
