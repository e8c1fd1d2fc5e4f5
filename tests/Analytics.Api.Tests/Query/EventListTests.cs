using System.Text.Json;
using System.Globalization;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Tests.Query;

[Collection(OnQueryEngine.Name)]
public sealed class EventListTests(QueryEngine engine)
{
    [Fact]
    public async Task An_event_comes_back_as_it_was_posted()
    {
        var tenant = QueryEngine.NewTenant();
        const string data = """{ "b" : 1.50, "a":"\u00e9 \" \\ 😀", "n":null,"deep":{"x":[1, {"y":2}]}, "big": 12345678901234567890 }""";
        await engine.StoreAsync(tenant, [new("i\"d\\1", "order.paid", QueryEngine.Now, "o'neil", data, "/shop", "s1", "0af7651916cd43dd8448eb211c80319c", QueryEngine.Now)]);

        var answer = await engine.ListAsync(tenant, "");

        var item = Assert.Single(answer.GetProperty("events").EnumerateArray());
        Assert.Equal(
            """{"specversion":"1.0","id":"i\"d\\1","type":"order.paid","source":"/shop","subject":"o'neil","time":"2026-11-24T08:30:15.250Z","sessionid":"s1","traceid":"0af7651916cd43dd8448eb211c80319c","data":"""
            + data + ""","received":"2026-11-24T08:30:15.250Z"}""", item.GetRawText());
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task Attributes_an_event_lacks_are_left_out()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, [new("1", "x", QueryEngine.Now)]);

        var item = (await engine.ListAsync(tenant, "")).GetProperty("events")[0];

        Assert.Equal(["specversion", "id", "type", "source", "time", "received"], item.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repeat_while_events_keep_coming()
    {
        var tenant = QueryEngine.NewTenant();
        var random = new Random(7);
        // Few distinct moments: most neighbours in the order differ in partition or offset only.
        List<StoredEvent> Batch(int first, int count) => [.. Enumerable.Range(first, count)
            .Select(i => new StoredEvent($"e{i}", "x", QueryEngine.Now.AddSeconds(-random.Next(5)), Partition: random.Next(3), Offset: i))];
        var before = Batch(0, 60);
        await engine.StoreAsync(tenant, before);

        var seen = new List<string>();
        var (cursor, next) = ("", 60);
        while (true)
        {
            var page = await engine.ListAsync(tenant, "limit=7" + cursor);
            seen.AddRange(page.GetProperty("events").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
            if (page.GetProperty("next").GetString() is not { } more)
                break;
            cursor = "&cursor=" + more;
            await engine.StoreAsync(tenant, Batch(next, 3));
            next += 3;
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        var old = before.OrderByDescending(item => item.Time).ThenByDescending(item => item.Partition).ThenByDescending(item => item.Offset).Select(item => item.Id);
        Assert.Equal(old, seen.Where(id => int.Parse(id[1..], CultureInfo.InvariantCulture) < 60));
    }

    [Theory]
    [InlineData("type=a", "1,2")]
    [InlineData("type=a,b", "1,2,3")]
    [InlineData("type=a&type=c", "1,2,4")]
    [InlineData("subject=o'neil", "2")]
    [InlineData("subject=u,1", "4")]
    [InlineData("sessionid=s", "3")]
    [InlineData("id=1&id=4", "1,4")]
    [InlineData("id=1'%20OR%20'1'='1", "")]
    [InlineData("from=2026-11-24T08:00:00Z&to=2026-11-24T08:20:00Z", "2,3")]
    [InlineData("from=2026-11-24T09:10:00%2B01:00", "1,2")]
    [InlineData("to=2026-11-24T08:00:00Z", "4")]
    [InlineData("last=25m", "1,2")]
    [InlineData("filters=[{\"field\":\"data.n\",\"op\":\"gt\",\"value\":2},{\"field\":\"type\",\"op\":\"ne\",\"value\":\"c\"}]", "3")]
    [InlineData("limit=2", "1,2")]
    public async Task Filters_choose_the_events(string query, string ids)
    {
        var tenant = QueryEngine.NewTenant();
        var eight = new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);
        await engine.StoreAsync(tenant,
        [
            new("1", "a", eight.AddMinutes(20), Data: """{"n":1}"""), new("2", "a", eight.AddMinutes(10), "o'neil", """{"n":2}"""),
            new("3", "b", eight, Data: """{"n":3}""", SessionId: "s"), new("4", "c", eight.AddHours(-1), "u,1", """{"n":4}"""),
        ]);

        var answer = await engine.ListAsync(tenant, query);

        Assert.Equal(ids, string.Join(',', answer.GetProperty("events").EnumerateArray().Select(item => item.GetProperty("id").GetString())));
    }

    [Fact]
    public async Task Two_tenants_with_the_same_ids_see_their_own()
    {
        var (mine, theirs) = (QueryEngine.NewTenant(), QueryEngine.NewTenant());
        await engine.StoreAsync(mine, [new("1", "x", QueryEngine.Now, "u", """{"of":"mine"}""")]);
        await engine.StoreAsync(theirs, [new("1", "x", QueryEngine.Now, "u", """{"of":"theirs"}""")]);

        var answer = await engine.ListAsync(mine, "id=1");

        Assert.Equal("mine", Assert.Single(answer.GetProperty("events").EnumerateArray()).GetProperty("data").GetProperty("of").GetString());
    }

    [Fact]
    public async Task A_cursor_that_was_changed_or_belongs_elsewhere_is_refused()
    {
        var (mine, theirs) = (QueryEngine.NewTenant(), QueryEngine.NewTenant());
        foreach (var tenant in new[] { mine, theirs })
            await engine.StoreAsync(tenant, [new("1", "x", QueryEngine.Now), new("2", "x", QueryEngine.Now, Offset: 1)]);
        var cursor = (await engine.ListAsync(mine, "type=x&limit=1")).GetProperty("next").GetString()!;
        Assert.Single((await engine.ListAsync(mine, $"type=x&limit=5&cursor={cursor}")).GetProperty("events").EnumerateArray());

        foreach (var at in Enumerable.Range(0, cursor.Length))
        {
            var changed = $"{cursor[..at]}{(cursor[at] == 'A' ? 'B' : 'A')}{cursor[(at + 1)..]}";
            await RefusesCursor(mine, $"type=x&limit=1&cursor={changed}");
        }

        await RefusesCursor(mine, $"type=x,y&cursor={cursor}");
        await RefusesCursor(mine, $"type=x&last=1d&cursor={cursor}");
        await RefusesCursor(theirs, $"type=x&cursor={cursor}");
        await RefusesCursor(mine, "type=x&cursor=%00%F0%9F%98%80");
        await RefusesCursor(mine, $"type=x&cursor={cursor}{cursor}");
    }

    [Fact]
    public async Task A_page_of_very_large_events_ends_early_and_goes_on()
    {
        var tenant = QueryEngine.NewTenant();
        var data = JsonSerializer.Serialize(new { text = new string('x', 60_000) });
        await engine.StoreAsync(tenant, Enumerable.Range(0, 300).Select(i => new StoredEvent($"e{i}", "x", QueryEngine.Now, Data: data, Offset: i)));

        var seen = new List<string>();
        var (pages, cursor) = (0, (string?)null);
        do
        {
            var page = await engine.ListAsync(tenant, cursor is null ? "limit=1000" : $"limit=1000&cursor={cursor}");
            seen.AddRange(page.GetProperty("events").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
            cursor = page.GetProperty("next").GetString();
            pages++;
        }
        while (cursor is not null);

        Assert.InRange(pages, 2, 4);
        Assert.Equal(Enumerable.Range(0, 300).Reverse().Select(i => $"e{i}"), seen);
    }

    [Theory]
    [InlineData("limit=0", "limit", "", QueryErrorCodes.OutOfRange)]
    [InlineData("limit=1001", "limit", "", QueryErrorCodes.OutOfRange)]
    [InlineData("limit=1&limit=2", "limit", "", QueryErrorCodes.Conflict)]
    [InlineData("last=7x", "last", "", QueryErrorCodes.InvalidValue)]
    [InlineData("last=7d&from=2026-01-01T00:00:00Z", "last", "", QueryErrorCodes.Conflict)]
    [InlineData("from=yesterday", "from", "", QueryErrorCodes.InvalidValue)]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "to", "", QueryErrorCodes.Conflict)]
    [InlineData("type=", "type", "", QueryErrorCodes.InvalidValue)]
    [InlineData("type=a,,b", "type", "", QueryErrorCodes.InvalidValue)]
    [InlineData("tenant=other", "tenant", "", QueryErrorCodes.UnknownMember)]
    [InlineData("filters=[{", "filters", "", QueryErrorCodes.InvalidJson)]
    [InlineData("filters={}", "filters", "", QueryErrorCodes.WrongType)]
    [InlineData("filters=[{\"field\":\"data.n\",\"op\":\"between\",\"value\":1}]", "filters", "/0/op", QueryErrorCodes.UnknownValue)]
    public async Task What_is_wrong_is_named_by_parameter_and_pointer(string query, string parameter, string at, string code)
    {
        var (_, problem) = await engine.TryListAsync(QueryEngine.NewTenant(), query);

        Assert.Equal(400, problem?.Status);
        var error = JsonSerializer.SerializeToElement(problem!.Extensions["errors"])[0];
        Assert.Equal((parameter, at, code), (error.GetProperty("parameter").GetString(), error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
    }

    private async Task RefusesCursor(string tenant, string query)
    {
        var (_, problem) = await engine.TryListAsync(tenant, query);

        Assert.True(problem is { Status: 400 }, query);
    }
}
