using System.Text.Json;
using CsCheck;
using static Analytics.Api.Tests.Query.RandomEvents;

namespace Analytics.Api.Tests.Query;

/// <summary>The real answer equals the oracle's on random events and questions. A failure prints the seed that repeats it.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class PathsOracleTests(QueryEngine engine)
{
    private static readonly DateTimeOffset From = new(2026, 3, 1, 0, 10, 0, TimeSpan.Zero);

    // Few moments and few values: most events share their time with another one, values repeat and tie. Some begin before the range.
    private static readonly Gen<StoredEvent> Event = Gen.Select(
        Pick("a", "a", "b", "c", "d", "other"), Gen.Int[-8, 40], Pick("", "u1", "u1", "u2", "u3", "'"), Pick("", "", "", "s1", "s2"),
        Gen.Frequency((1, Gen.Const((object?)null)), (2, Pick<object?>("/", "/x", "", "'\\", "true")), (1, Pick<object?>(true, 1.5, 2, new[] { 1 })), (1, Text.Select(text => (object?)text))),
        Gen.Int[0, 2], Pick(0, 0, 1, 250),
        (type, minute, subject, session, page, partition, ms) => new StoredEvent(
            "", type, From.AddMinutes(minute * 5).AddMilliseconds(ms), subject, JsonSerializer.Serialize(new { page }), SessionId: session, Partition: partition));

    private static readonly Gen<object> Filter = Pick<object>(
        new { field = "data.page", op = "eq", value = "/" }, new { field = "data.page", op = "ne", value = "'\\" }, new { field = "data.page", op = "exists" },
        new { field = "type", op = "ne", value = "d" }, new { field = "subject", op = "in", value = new[] { "u1", "'" } }, new { field = "sessionid", op = "absent" });

    private static readonly Gen<object> Pattern = Gen.Select(Pick<object?>("a", "b", new[] { "b", "c" }, null), Filter.Array[0, 1], (type, filters) =>
        type is null ? (object)new { filters } : new { type, filters });

    private static readonly Gen<string> Question = Gen.Select(
        Gen.Select(Pick("", "from", "to"), Pattern), Pick("", "", "type", "data.page", "data.page", "subject", "sessionid"), Pick("", "session", "subject"),
        Pick("", "1m", "5m", "20m", "60m"), Pick("", "collapse", "keep"),
        Gen.Select(Gen.Int[0, 10], Gen.Int[0, 6], Gen.Int[5, 220]), Gen.Frequency((3, Filter.Array[0, 0]), (1, Filter.Array[1, 2])),
        (anchor, field, per, gap, repeats, numbers, filters) =>
        {
            var (depth, limit, minutes) = numbers;
            var query = new Dictionary<string, object> { ["range"] = new { from = From, to = From.AddMinutes(minutes) }, ["filters"] = filters };
            foreach (var (name, word) in new[] { ("field", field), ("per", per), ("gap", per == "subject" ? "" : gap), ("repeats", repeats) })
                if (word.Length > 0)
                    query[name] = word;
            foreach (var (name, number) in new[] { ("depth", depth), ("limit", limit) })
                if (number > 0)
                    query[name] = number;
            if (anchor.Item1.Length > 0)
                query[anchor.Item1] = anchor.Item2;
            return JsonSerializer.Serialize(query);
        });

    [Fact]
    public async Task Any_question_about_any_events_has_the_oracles_answer() =>
        await Gen.Select(Question, Event.Array[0, 60]).SampleAsync(async (question, events) =>
        {
            var tenant = QueryEngine.NewTenant();
            StoredEvent[] stored = [.. events.Select((item, i) => item with { Id = $"e{i}", Offset = i * 7919 % 1000 })];
            await engine.StoreAsync(tenant, stored);

            var answer = await engine.AskAsync(tenant, question, "paths");

            AnswerRows.AssertSame(PathsOracle.Rows(stored, JsonElement.Parse(question)), answer);
            AssertAddsUp(answer, question);
        }, iter: Samples.Few(60), threads: 1, print: sample => sample.Item1 + "\n" + string.Join('\n', sample.Item2.AsEnumerable()));

    [Theory]
    [InlineData("""{"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"field":"data.extension","depth":10,"limit":5}""")]
    [InlineData("""{"range":{"from":"2014-01-01T00:00:00Z","to":"2020-01-01T00:00:00Z"},"to":{"type":"commit.authored","filters":[{"field":"data.merge","op":"eq","value":true}]},"field":"data.utcOffset","per":"subject","limit":3}""")]
    [InlineData("""{"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"from":{"filters":[{"field":"data.extension","op":"eq","value":"csproj"}]},"filters":[{"field":"type","op":"eq","value":"file.changed"}],"field":"data.directory","repeats":"keep","gap":"90m","depth":3,"limit":50}""")]
    public async Task Real_history_has_the_oracles_answer(string question)
    {
        var tenant = QueryEngine.NewTenant();
        var events = RealEvents.Serilog();
        await engine.StoreAsync(tenant, events);

        var answer = await engine.AskAsync(tenant, question, "paths");

        AnswerRows.AssertSame(PathsOracle.Rows(events, JsonElement.Parse(question)), answer);
        AssertAddsUp(answer, question);
    }

    /// <summary>Whatever is merged: as many paths come to a node as go on from it or end there, and all together are as many as were there.</summary>
    private static void AssertAddsUp(JsonElement answer, string question)
    {
        var edges = answer.GetProperty("rows").EnumerateArray().Select(row => (
            Step: row[0].GetInt32(), Source: (row[1].GetString(), row[2].GetBoolean()), Target: (row[3].GetString(), row[4].GetBoolean()),
            Count: row[5].GetInt64(), Share: row[6].GetDouble())).ToList();
        var isBack = JsonElement.Parse(question).TryGetProperty("to", out _);
        foreach (var step in edges.GroupBy(edge => edge.Step))
        {
            Assert.Equal(1, step.Sum(edge => edge.Share), 9);
            if (!edges.Exists(edge => edge.Step == step.Key + 1))
                continue;
            Assert.Equal(
                Nodes(step.Select(edge => (isBack ? edge.Source : edge.Target, edge.Count))),
                Nodes(edges.Where(edge => edge.Step == step.Key + 1).Select(edge => (isBack ? edge.Target : edge.Source, edge.Count))));
        }

        static Dictionary<(string?, bool), long> Nodes(IEnumerable<((string?, bool) Node, long Count)> edges) => edges
            .Where(edge => edge.Node != (null, false)).GroupBy(edge => edge.Node).ToDictionary(node => node.Key, node => node.Sum(edge => edge.Count));
    }
}
