using System.Globalization;
using System.Text.Json;
using CsCheck;
using static Analytics.Api.Tests.Query.RandomEvents;

namespace Analytics.Api.Tests.Query;

/// <summary>The real answer equals the oracle's on random events and retentions. A failure prints the seed that repeats it.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class RetentionOracleTests(QueryEngine engine)
{
    // Around changes of clocks, a day that never was, and now: some periods are not over, others have not begun.
    private static readonly string[] Starts =
        ["2025-03-27T20:30:00Z", "2025-10-24T21:00:00Z", "2017-10-13T11:00:00Z", "2011-12-28T03:00:00Z", "2026-01-01T00:00:00Z", "2026-11-20T09:00:00Z", "2026-11-24T00:00:00Z"];

    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia"];

    private static readonly Gen<(string Type, double At, string Subject, string Plan)> Event = Gen.Select(
        Pick("a", "a", "b", "c"), Gen.Double[-0.5, 3], Pick("", "u1", "u1", "u2", "u3", "u4", "'"), Pick("", "x", "y"));

    private static readonly Gen<object> Filter = Pick<object>(
        new { field = "data.plan", op = "eq", value = "x" }, new { field = "type", op = "ne", value = "c" }, new { field = "subject", op = "in", value = new[] { "u1", "u2", "'" } });

    private static readonly Gen<object> Pattern = Gen.Select(Pick<object>("a", "b", new[] { "a", "b" }), Filter.Array[0, 1], Gen.Bool,
        (type, filters, any) => any && filters.Length == 1 ? (object)new { filters } : new { type, filters });

    private static readonly Gen<(string Question, DateTimeOffset From, double Seconds)> Question = Gen.Select(
        Gen.Select(Pick(Starts), Pick(Zones), Pick("day", "day", "week", "month"), Gen.Double[0.1, 1]),
        Pattern, Pattern.Array[0, 1], Gen.Int[1, 5], Pick("bounded", "rolling"), Pick("first", "new", "any"), Filter.Array[0, 1],
        Gen.Select(Pick<string[]>([], ["data.plan"]), Gen.Int[1, 3]),
        (frame, start, back, periods, mode, cohort, filters, groups) =>
        {
            var from = DateTimeOffset.Parse(frame.Item1, CultureInfo.InvariantCulture);
            var seconds = Math.Round((frame.Item3 switch { "day" => 5, "week" => 20, _ => 80 }) * frame.Item4 * 86_400);
            var question = new Dictionary<string, object>
            {
                ["range"] = new { from, to = from.AddSeconds(seconds) },
                ["timezone"] = frame.Item2,
                ["interval"] = frame.Item3,
                ["start"] = start,
                ["periods"] = periods,
                ["mode"] = mode,
                ["cohort"] = cohort,
                ["filters"] = filters,
                ["groupBy"] = groups.Item1,
                ["limit"] = groups.Item2,
            };
            if (back.Length > 0)
                question["return"] = back[0];
            return (JsonSerializer.Serialize(question), from, seconds);
        });

    [Fact]
    public async Task Any_retention_of_any_events_has_the_oracles_answer() =>
        await Gen.Select(Question, Event.Array[0, 60]).SampleAsync(async (question, events) =>
        {
            var tenant = QueryEngine.NewTenant();
            StoredEvent[] stored = [.. events.Select((item, i) => new StoredEvent(
                $"e{i}", item.Type, question.From.AddSeconds(Math.Round(item.At * question.Seconds / 1000) * 1000), item.Subject,
                item.Plan.Length == 0 ? "" : JsonSerializer.Serialize(new { plan = item.Plan }), Offset: i * 7919 % 1000))];
            await engine.StoreAsync(tenant, stored);

            var answer = await engine.AskAsync(tenant, question.Question, "retention");

            AnswerRows.AssertSame(RetentionOracle.Rows(stored, JsonElement.Parse(question.Question)), answer);
        }, iter: Samples.Few(60), threads: 1, print: sample => sample.Item1.Question + "\n" + string.Join('\n', sample.Item2));

    [Theory]
    [InlineData("""{"range":{"from":"2014-01-01T00:00:00Z","to":"2016-01-01T00:00:00Z"},"timezone":"Australia/Sydney","interval":"month","start":{"type":"commit.authored"},"periods":12,"mode":"bounded","cohort":"new"}""")]
    [InlineData("""{"range":{"from":"2014-01-01T00:00:00Z","to":"2014-06-01T00:00:00Z"},"timezone":"Europe/Berlin","interval":"week","start":{"type":"commit.authored"},"return":{"type":"file.changed","filters":[{"field":"data.extension","op":"eq","value":"cs"}]},"periods":8,"mode":"rolling","cohort":"any","groupBy":["data.utcOffset"],"limit":3}""")]
    [InlineData("""{"range":{"from":"2013-11-01T00:00:00Z","to":"2013-12-15T00:00:00Z"},"timezone":"UTC","interval":"day","start":{"type":"file.changed"},"return":{},"periods":14,"mode":"bounded","cohort":"any","filters":[{"field":"data.bot","op":"ne","value":true}]}""")]
    public async Task Real_history_has_the_oracles_answer(string question)
    {
        var tenant = QueryEngine.NewTenant();
        var events = RealEvents.Serilog();
        await engine.StoreAsync(tenant, events);

        var answer = await engine.AskAsync(tenant, question, "retention");

        AnswerRows.AssertSame(RetentionOracle.Rows(events, JsonElement.Parse(question)), answer);
    }
}
