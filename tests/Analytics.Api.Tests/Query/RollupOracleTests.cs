using System.Text.Json;
using CsCheck;
using TestKit;

namespace Analytics.Api.Tests.Query;

/// <summary>
/// Rollups give exactly the answer of the events: random events in random inserts, late ones and repeated ones among them, then
/// questions that rollups can answer. The other side is the oracle, and the same question to the events: a filter that all of them pass
/// makes it one for them. A failure prints the seed that repeats it.
/// </summary>
[Collection(OnQueryEngine.Name)]
public sealed class RollupOracleTests(QueryEngine engine)
{
    private static readonly string[] Zones =
        ["UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kolkata", "Australia/Lord_Howe"];

    private static readonly DateTimeOffset[] Starts =
    [
        new(2025, 3, 28, 20, 30, 0, TimeSpan.Zero), new(2025, 10, 25, 0, 0, 0, TimeSpan.Zero), new(2026, 1, 31, 23, 59, 59, 999, TimeSpan.Zero),
        new(2011, 12, 28, 10, 0, 0, TimeSpan.Zero), new(2026, 6, 1, 0, 0, 0, 1, TimeSpan.Zero),
    ];

    private static readonly Gen<Case> Cases = Gen.Select(
        Pick(Starts), Pick(3_600_000L, 7_199_999, 86_400_000, 3 * 86_400_000L, 40 * 86_400_000L), Gen.Int[0, 2],
        Gen.Select(Pick(Zones), Pick("hour", "day", "week", "month"), Gen.Bool, Pick("none", "in", "ne", "startsWith"), Gen.Int[1, 3]),
        Gen.Select(Pick("order.paid", "order.refunded", "page"), Gen.Double[-0.2, 1.2], Pick("", "u1", "u2", "u3", "o'neil"), Gen.Int[0, 3]).Array[0, 60],
        (start, span, cut, question, events) => new Case(start, span, cut, question, events));

    [Fact]
    public async Task Any_question_they_can_answer_has_the_oracles_answer() =>
        await Cases.SampleAsync(async sample =>
        {
            var (tenant, other) = (QueryEngine.NewTenant(), QueryEngine.NewTenant());
            await StoreAsync(tenant, sample.Events);
            await engine.StoreAsync(other, sample.Events.Take(5));

            var answer = await engine.AskAsync(tenant, sample.Query(raw: false));
            var fromEvents = await engine.AskAsync(tenant, sample.Query(raw: true));

            AnswerRows.AssertSame(Oracle.Timeseries(sample.Events, JsonElement.Parse(sample.Query(raw: false))), answer);
            Assert.Equal("raw", fromEvents.GetProperty("meta").GetProperty("source").GetString());
            Assert.Equal(fromEvents.GetProperty("rows").GetRawText(), answer.GetProperty("rows").GetRawText());
        }, iter: Samples.Few(25), threads: 1, print: sample => sample.Query(raw: false) + "\n" + string.Join('\n', sample.Events));

    [Fact]
    public async Task The_common_questions_are_answered_by_them()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, Enumerable.Range(0, 200).Select(i => new StoredEvent($"{i}", "page", QueryEngine.Now.AddHours(-i * 3.7), $"u{i % 9}", Offset: i)));

        var series = await engine.AskAsync(tenant, """{"range":{"last":"30d"},"interval":"day","measures":[{"op":"count"},{"op":"unique","field":"subject"}]}""");
        var raw = await engine.AskAsync(tenant, """{"range":{"last":"30d"},"interval":"day","measures":[{"op":"count"},{"op":"unique","field":"subject"}],"filters":[{"field":"id","op":"exists"}]}""");

        Assert.Equal("rollup", series.GetProperty("meta").GetProperty("source").GetString());
        Assert.Equal(195, series.GetProperty("rows").EnumerateArray().Sum(row => row[1].GetInt32()));
        Assert.Equal(raw.GetProperty("rows").GetRawText(), series.GetProperty("rows").GetRawText());
    }

    // In several inserts, the late ones last, each sent twice: the second is dropped by its token.
    private async Task StoreAsync(string tenant, IReadOnlyList<StoredEvent> events)
    {
        foreach (var insert in events.Chunk(25))
            for (var time = 0; time < 2; time++)
                await engine.StoreAsync(tenant, insert, $"{tenant}-{insert[0].Offset}");
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    internal sealed record Case(
        DateTimeOffset Start, long SpanMs, int Cut, (string Zone, string Interval, bool ByType, string Filter, int Limit) Question,
        (string Type, double At, string Subject, int Partition)[] Given)
    {
        // Some ends are whole hours, some are not.
        private DateTimeOffset To => Start.AddMilliseconds(SpanMs + (Cut * 1_234_567));

        public IReadOnlyList<StoredEvent> Events { get; } =
        [
            .. Given.Select((item, i) => new StoredEvent(
                $"e{i}", item.Type, Start.AddMilliseconds(Math.Floor(item.At * SpanMs)), item.Subject, Partition: item.Partition, Offset: i)),
        ];

        public string Query(bool raw) => JsonSerializer.Serialize(new
        {
            range = new { from = Start.ToString("O"), to = To.ToString("O") },
            interval = Question.Interval,
            timezone = Question.Zone,
            measures = new object[] { new { op = "count" }, new { op = "unique", field = "subject" } },
            filters = (object[])[.. Filters(), .. raw ? new object[] { new { field = "id", op = "exists" } } : []],
            groupBy = Question.ByType ? new[] { "type" } : [],
            limit = Question.Limit,
        });

        private object[] Filters() => Question.Filter switch
        {
            "in" => [new { field = "type", op = "in", value = new[] { "order.paid", "page" } }],
            "ne" => [new { field = "type", op = "ne", value = "page" }],
            "startsWith" => [new { field = "type", op = "startsWith", value = "order." }],
            _ => [],
        };
    }
}
