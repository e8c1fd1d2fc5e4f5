using System.Text.Json;
using CsCheck;

namespace Analytics.Api.Tests.Query;

/// <summary>What the API says about a tenant's events is what the oracle says: of random events, of a real history, and at the edges.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class SchemaTests(QueryEngine engine)
{
    [Fact]
    public async Task Random_events_are_described_as_by_the_oracle() =>
        await RandomEvents.Event.Array[0, 60].SampleAsync(async some =>
        {
            var tenant = QueryEngine.NewTenant();
            var from = QueryEngine.Now.AddDays(-5);
            var events = RandomEvents.Between(from, QueryEngine.Now, some).Select((item, i) => item with { Partition = i % 3 }).ToList();
            await engine.StoreAsync(tenant, events);

            var answer = await engine.DescribeAsync(tenant, $"from={from:O}&to={QueryEngine.Now:O}".Replace("+", "%2B", StringComparison.Ordinal));

            AssertSame(SchemaOracle.Types(events.Where(item => item.Time >= from && item.Time < QueryEngine.Now)), answer);
        }, iter: Samples.Few(25), threads: 1, print: some => string.Join('\n', some.Select(item => item.ToString())));

    [Theory]
    [InlineData("from=2013-01-01T00:00:00Z", "2013-01-01", "2030-01-01", 50)]
    [InlineData("from=2014-03-01T10:20:30Z&to=2016-02-03T04:05:06Z&limit=2", "2014-03-01T10:20:30Z", "2016-02-03T04:05:06Z", 2)]
    public async Task A_real_history_is_described_as_by_the_oracle(string query, string from, string to, int limit)
    {
        var tenant = QueryEngine.NewTenant();
        var events = RealEvents.Serilog();
        await engine.StoreAsync(tenant, events);
        var (start, end) = (DateTimeOffset.Parse(from + (from.Length > 10 ? "" : "T00:00:00Z")), DateTimeOffset.Parse(to + (to.Length > 10 ? "" : "T00:00:00Z")));
        var inside = events.Where(item => item.Time >= start && item.Time < end).ToList();

        var answer = await engine.DescribeAsync(tenant, query);

        Assert.True(inside.Count > 1_000);
        AssertSame(SchemaOracle.Types(inside, limit), answer);
        Assert.Equal(Math.Max(0, inside.DistinctBy(item => item.Type).Count() - limit), answer.GetProperty("moreTypes").GetInt32());
        Assert.Equal("rollup", answer.GetProperty("meta").GetProperty("source").GetString());
    }

    [Fact]
    public async Task Kinds_names_with_dots_and_long_texts()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant,
        [
            At(3, """{"a":1,"plan.name":"literal","gone":null,"flag":true}"""),
            At(2, """{"a":"1","list":[1,[2]],"flag":"true","plan":{"name":"nested"}}"""),
            At(1, JsonSerializer.Serialize(new { a = 1, text = new string('x', 99) + "😀y" })),
            At(24 * 31, """{"old":1}"""),
        ]);

        var answer = await engine.DescribeAsync(tenant, "");

        var type = Assert.Single(answer.GetProperty("types").EnumerateArray());
        Assert.Equal((3, 3, 0), (type.GetProperty("count").GetInt32(), type.GetProperty("sampled").GetInt32(), type.GetProperty("moreProperties").GetInt32()));
        Assert.Equal(
            [
                """data.a ["number","string"] 1 [1,"1"]""",
                """data.flag ["boolean","string"] 0.6667 ["true",true]""",
                """data.plan.name ["string"] 0.6667 ["nested","literal"]""",
                """data.list ["array"] 0.3333 ["[1,[2]]"]""",
                $"""data.text ["string"] 0.3333 ["{new string('x', 99)}…"]""",
            ],
            type.GetProperty("properties").EnumerateArray().Select(one =>
                $"{one.GetProperty("field").GetString()} {one.GetProperty("types").GetRawText()} {one.GetProperty("share").GetRawText()} [{string.Join(',', one.GetProperty("examples").EnumerateArray().Select(Example))}]"));

        static StoredEvent At(int hours, string data) => new($"e{hours}", "t", QueryEngine.Now.AddHours(-hours), Data: data, Offset: hours);

        static string Example(JsonElement value) => value.ValueKind == JsonValueKind.String ? $"\"{value.GetString()}\"" : value.GetRawText();
    }

    [Fact]
    public async Task The_answer_stays_bounded_and_says_what_it_leaves_out()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, Enumerable.Range(0, 600).Select(i => new StoredEvent(
            $"e{i}", "wide", QueryEngine.Now.AddMinutes(-i - 1), Data: $$"""{"k{{i}}":1,"both":1}""", Offset: i)));

        var type = (await engine.DescribeAsync(tenant, "last=1d")).GetProperty("types")[0];

        Assert.Equal((600, 500, 200, 301), (type.GetProperty("count").GetInt32(), type.GetProperty("sampled").GetInt32(), type.GetProperty("properties").GetArrayLength(), type.GetProperty("moreProperties").GetInt32()));
        Assert.Equal("data.both", type.GetProperty("properties")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task Of_large_events_the_newest_that_fit_are_sampled()
    {
        var tenant = QueryEngine.NewTenant();
        var large = new string('x', 60_000);
        await engine.StoreAsync(tenant, Enumerable.Range(0, 200).Select(i => new StoredEvent(
            $"e{i}", i % 2 == 0 ? "even" : "odd", QueryEngine.Now.AddMinutes(-i - 1), Data: $$"""{"age":{{i}},"text":"{{large}}"}""", Offset: i)));

        var types = (await engine.DescribeAsync(tenant, "last=1d")).GetProperty("types").EnumerateArray().ToList();

        Assert.Equal(["even", "odd"], types.Select(type => type.GetProperty("type").GetString()));
        Assert.InRange(types.Sum(type => type.GetProperty("sampled").GetInt32()), 130, 139); // 8 MiB
        Assert.All(types, type => Assert.InRange(type.GetProperty("sampled").GetInt32(), 65, 70));
        Assert.Contains("[0,", types[0].GetProperty("properties").EnumerateArray().Single(one => one.GetProperty("field").GetString() == "data.age").GetProperty("examples").GetRawText());
    }

    [Fact]
    public async Task A_kept_answer_is_used_again_until_something_is_stored()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, [new StoredEvent("a", "t", QueryEngine.Now.AddDays(-1))]);

        var first = await engine.DescribeAsync(tenant, "type=t,u");
        var again = await engine.DescribeAsync(tenant, "type=t,u&last=30d");
        await engine.StoreAsync(tenant, [new StoredEvent("b", "u", QueryEngine.Now.AddDays(-2), Offset: 1), new StoredEvent("c", "v", QueryEngine.Now.AddDays(-2), Offset: 2)]);
        var changed = await engine.DescribeAsync(tenant, "type=t,u");

        Assert.Equal(["miss", "hit", "miss"], new[] { first, again, changed }.Select(answer => answer.GetProperty("meta").GetProperty("cache").GetString()));
        Assert.Equal(["t", "u"], changed.GetProperty("types").EnumerateArray().Select(type => type.GetProperty("type").GetString()));
        Assert.Equal(first.GetProperty("types").GetRawText(), again.GetProperty("types").GetRawText());
        Assert.Equal(0, (await engine.DescribeAsync(QueryEngine.NewTenant(), "")).GetProperty("types").GetArrayLength());
    }

    [Theory]
    [InlineData("limit=0", "limit", "out_of_range")]
    [InlineData("limit=201", "limit", "out_of_range")]
    [InlineData("type=", "type", "invalid_value")]
    [InlineData("last=1d&from=2026-01-01T00:00:00Z", "last", "conflict")]
    [InlineData("subject=u1", "subject", "unknown_member")]
    public async Task Says_what_is_wrong_and_where(string query, string parameter, string code)
    {
        var (_, problem) = await engine.TryDescribeAsync(QueryEngine.NewTenant(), query);

        var errors = JsonSerializer.SerializeToElement(problem!.Extensions["errors"]);
        Assert.Equal((parameter, code), (errors[0].GetProperty("parameter").GetString(), errors[0].GetProperty("code").GetString()));
    }

    private static void AssertSame(JsonElement types, JsonElement answer) =>
        Assert.True(JsonElement.DeepEquals(types, answer.GetProperty("types")), $"expected\n{types}\ngot\n{answer.GetProperty("types")}");
}
