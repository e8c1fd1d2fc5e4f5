using System.Net;
using System.Text.Json;

namespace Analytics.Api.Tests.Admin;

public sealed class DeadLetterTests(EngineApi engines) : IClassFixture<EngineApi>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        await engines.Database.ExecuteAsync("TRUNCATE TABLE dead_letters");
        await engines.Database.ExecuteAsync(
            """
            INSERT INTO dead_letters (tenant, received, code, message, topic, partition, offset, key, value)
            SELECT if(number = 9, 'another', 'default'), toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + intDiv(number, 3),
                   if(number % 2 = 0, 'even', 'odd'), 'why', 'analytics.events', number % 2, number, 'k', if(number = 8, unhex('FF00'), 'text')
            FROM numbers(10)
            SETTINGS insert_deduplicate = 0
            """);
    }

    [Fact]
    public async Task Pages_hold_every_record_of_the_tenant_once_newest_first()
    {
        var seen = new List<long>();
        string? cursor = null;
        do
        {
            var page = await ReadAsync($"limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("offset").GetInt64()));
            cursor = page.GetProperty("cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal([7, 8, 6, 5, 3, 4, 1, 2, 0], seen);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_come_as_base64()
    {
        var items = (await ReadAsync("")).GetProperty("items").EnumerateArray().ToDictionary(item => item.GetProperty("offset").GetInt64());

        Assert.Equal("/wA=", items[8].GetProperty("value").GetString());
        Assert.Equal("base64", items[8].GetProperty("valueEncoding").GetString());
        Assert.Equal("text", items[7].GetProperty("value").GetString());
        Assert.Equal("text", items[7].GetProperty("valueEncoding").GetString());
        Assert.Equal("why", items[7].GetProperty("message").GetString());
    }

    [Fact]
    public async Task They_can_be_narrowed_by_code_and_time()
    {
        var page = await ReadAsync("code=even&from=2026-01-01T00:00:01Z&to=2026-01-01T00:00:02Z");

        Assert.Equal([4L], page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("offset").GetInt64()));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("limit=many")]
    [InlineData("cursor=nonsense")]
    [InlineData("cursor=!")]
    [InlineData("from=yesterday")]
    public async Task Bad_parameters_are_refused(string query)
    {
        using var admin = await engines.Api.LoginAsync();

        await (await admin.GetAsync($"/api/v1/admin/dead-letters?{query}")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task A_code_that_holds_sql_is_only_a_text()
    {
        var page = await ReadAsync($"code={Uri.EscapeDataString("' OR 1=1 --")}");

        Assert.Empty(page.GetProperty("items").EnumerateArray());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<JsonElement> ReadAsync(string query)
    {
        using var admin = await engines.Api.LoginAsync();
        return await (await admin.GetAsync($"/api/v1/admin/dead-letters?{query}")).JsonAsync();
    }
}
