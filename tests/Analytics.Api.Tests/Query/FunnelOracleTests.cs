using System.Text.Json;
using CsCheck;
using static Analytics.Api.Tests.Query.RandomEvents;

namespace Analytics.Api.Tests.Query;

/// <summary>The real answer equals the oracle's on random events and funnels. A failure prints the seed that repeats it.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class FunnelOracleTests(QueryEngine engine)
{
    private static readonly DateTimeOffset From = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    // Few moments and few types: most events share their time with another one and could be several steps.
    private static readonly Gen<StoredEvent> Event = Gen.Select(
        Pick("a", "a", "b", "b", "c", "d"), Gen.Int[-2, 30], Pick("", "u1", "u1", "u2", "u3", "'"), Pick("", "x", "y", "'\\"), Gen.Int[0, 2], Pick(0, 0, 1, 250),
        (type, minute, subject, plan, partition, ms) => new StoredEvent(
            "", type, From.AddMinutes(minute * 10).AddMilliseconds(ms), subject, plan.Length == 0 ? "" : JsonSerializer.Serialize(new { plan }), Partition: partition));

    private static readonly Gen<object> Filter = Pick<object>(
        new { field = "data.plan", op = "eq", value = "x" }, new { field = "data.plan", op = "ne", value = "'\\" }, new { field = "data.plan", op = "exists" },
        new { field = "type", op = "ne", value = "d" }, new { field = "subject", op = "in", value = new[] { "u1", "'" } });

    private static readonly Gen<Dictionary<string, object>> Step = Gen.Select(
        Pick<object?>("a", "b", "c", new[] { "b", "c" }, null), Filter.Array[0, 1], Gen.Bool,
        (type, filters, named) =>
        {
            var step = new Dictionary<string, object>();
            if (type is not null)
                step["type"] = type;
            if (filters.Length > 0)
                step["filters"] = filters;
            if (named)
                step["as"] = "Schritt \"ä\"";
            return step;
        });

    private static readonly Gen<string> Question = Gen.Select(
        Step.Array[2, 5], Pick("1s", "600s", "20m", "1h", "2h", "3d", "1w"), Pick("ordered", "strict"), Gen.Frequency((3, Filter.Array[0, 0]), (1, Filter.Array[1, 2])),
        Pick<string[]>([], [], ["data.plan"], ["type", "data.plan"]), Gen.Int[1, 4], Gen.Int[10, 300],
        (steps, window, order, filters, groupBy, limit, minutes) => JsonSerializer.Serialize(
            new { range = new { from = From, to = From.AddMinutes(minutes) }, steps, window, order, filters, groupBy, limit }));

    [Fact]
    public async Task Any_funnel_of_any_events_has_the_oracles_answer() =>
        await Gen.Select(Question, Event.Array[0, 60]).SampleAsync(async (question, events) =>
        {
            var tenant = QueryEngine.NewTenant();
            StoredEvent[] stored = [.. events.Select((item, i) => item with { Id = $"e{i}", Offset = i * 7919 % 1000 })];
            await engine.StoreAsync(tenant, stored);

            var answer = await engine.AskAsync(tenant, question, "funnel");

            AnswerRows.AssertSame(FunnelOracle.Rows(stored, JsonElement.Parse(question)), answer);
        }, iter: Samples.Few(60), threads: 1, print: sample => sample.Item1 + "\n" + string.Join('\n', sample.Item2.AsEnumerable()));

    [Theory]
    [InlineData("""{"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"steps":[{"type":"commit.authored"},{"type":"file.changed"},{"type":"commit.authored","filters":[{"field":"data.merge","op":"eq","value":true}]}],"window":"1d"}""")]
    [InlineData("""{"range":{"from":"2014-01-01T00:00:00Z","to":"2020-01-01T00:00:00Z"},"steps":[{"type":"commit.authored"},{"type":"file.changed","filters":[{"field":"data.extension","op":"eq","value":"cs"}]},{"type":"file.changed"}],"window":"1h","order":"strict","groupBy":["data.utcOffset"],"limit":7}""")]
    [InlineData("""{"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"steps":[{"type":"file.changed"},{},{"type":"file.changed","filters":[{"field":"data.depth","op":"gte","value":4}]},{"type":["commit.authored","file.changed"]}],"window":"90d","filters":[{"field":"data.bot","op":"ne","value":true}],"groupBy":["data.directory","data.extension"],"limit":5}""")]
    public async Task Real_history_has_the_oracles_answer(string question)
    {
        var tenant = QueryEngine.NewTenant();
        var events = RealEvents.Serilog();
        await engine.StoreAsync(tenant, events);

        var answer = await engine.AskAsync(tenant, question, "funnel");

        AnswerRows.AssertSame(FunnelOracle.Rows(events, JsonElement.Parse(question)), answer);
    }
}
