using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Analytics.Contracts;
using Confluent.Kafka;

namespace Analytics.Api.Tests.Admin;

/// <summary>Up to the log; what the worker makes of it is part of the end-to-end tests.</summary>
public sealed class ReplayDeadLettersTests(EngineApi engines) : IClassFixture<EngineApi>, IAsyncLifetime
{
    private const string Good = """{"id":"e1","type":"order.paid","subject":"s1","data":{"a":1.50}}""";

    public async ValueTask InitializeAsync()
    {
        foreach (var table in new[] { "dead_letters", "dead_letter_replays", "events" })
            await engines.Database.ExecuteAsync($"TRUNCATE TABLE {table}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_letter_goes_to_the_log_byte_for_byte_as_the_api_sends_events()
    {
        await LetterAsync(1, Good);

        Assert.Equal("""{"replayed":1,"alreadyStored":0,"refused":[],"cursor":null}""", (await ReplayAsync("{}")).GetRawText());

        var record = await SentAsync(1);
        Assert.Equal(Good, Encoding.UTF8.GetString(record.Message.Value));
        Assert.Equal(EventKey.Create("default"u8, "s1"u8, "e1"u8), record.Message.Key);
        var headers = record.Message.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes()));
        Assert.Equal("default", headers[EventHeaders.Tenant]);
        Assert.Equal(EventHeaders.StructuredMode, headers[EventHeaders.ContentType]);
        var received = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(headers[EventHeaders.Received], CultureInfo.InvariantCulture));
        Assert.True(received > new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero), "received is the time of the replay");
    }

    [Fact]
    public async Task What_has_been_replayed_is_shown_and_not_replayed_again()
    {
        await LetterAsync(1, Good);
        await LetterAsync(2, """{"id":"e2","type":"t"}""");
        await ReplayAsync("""{"letters":[{"partition":0,"offset":1}]}""");

        Assert.Equal(1, (await ReplayAsync("{}")).GetProperty("replayed").GetInt32());
        Assert.Equal(0, (await ReplayAsync("{}")).GetProperty("replayed").GetInt32());
        Assert.Equal(0, (await ReplayAsync("""{"letters":[{"partition":0,"offset":1,"topic":"analytics.events"}]}""")).GetProperty("replayed").GetInt32());
        using var admin = await engines.Api.LoginAsync();
        var items = (await (await admin.GetAsync("/api/v1/admin/dead-letters")).JsonAsync()).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, items.Count);
        Assert.All(items, item => Assert.Equal(JsonValueKind.String, item.GetProperty("replayed").ValueKind));
    }

    [Fact]
    public async Task What_is_no_event_yet_is_told_with_its_reason_and_stays()
    {
        await LetterAsync(1, """{"type":""");
        await LetterAsync(2, """{"type":"no.id"}""");
        await LetterAsync(3, Good, topic: "elsewhere");

        var answer = await ReplayAsync("{}");

        Assert.Equal(0, answer.GetProperty("replayed").GetInt32());
        Assert.Equal(
            [(3L, "unknown_origin"), (2, "missing_id"), (1, "malformed_json")],
            answer.GetProperty("refused").EnumerateArray().Select(letter => (letter.GetProperty("offset").GetInt64(), letter.GetProperty("code").GetString()!)));
        Assert.Equal(3, (await ReplayAsync("{}")).GetProperty("refused").GetArrayLength());
    }

    [Fact]
    public async Task An_event_that_is_stored_already_is_not_sent()
    {
        await LetterAsync(1, Good);
        await LetterAsync(2, """{"id":"e1","type":"order.paid","subject":"another"}""");
        await engines.Database.ExecuteAsync("INSERT INTO events (tenant, type, time, id, subject, received) VALUES ('default', 'order.paid', now(), 'e1', 's1', now())");

        var answer = await ReplayAsync("{}");

        Assert.Equal((1, 1), (answer.GetProperty("replayed").GetInt32(), answer.GetProperty("alreadyStored").GetInt32()));
        Assert.Equal(-1, await engines.Database.ScalarAsync<long>("SELECT to_offset FROM dead_letter_replays WHERE offset = 1"));
        Assert.Equal(0, (await ReplayAsync("{}")).GetProperty("alreadyStored").GetInt32());
    }

    [Fact]
    public async Task Letters_are_chosen_by_code_time_and_page()
    {
        for (var i = 0; i < 6; i++)
            await LetterAsync(i, $$"""{"id":"p{{i}}","type":"t"}""", code: i < 2 ? "early" : "late", second: i);

        Assert.Equal(2, (await ReplayAsync("""{"code":"early"}""")).GetProperty("replayed").GetInt32());
        Assert.Equal(1, (await ReplayAsync("""{"from":"2026-01-01T00:00:05Z","to":"2026-01-01T00:00:06Z"}""")).GetProperty("replayed").GetInt32());
        var page = await ReplayAsync("""{"limit":2}""");
        Assert.Equal(2, page.GetProperty("replayed").GetInt32());
        Assert.Equal(4, await engines.Database.ScalarAsync<long>("SELECT max(offset) FROM dead_letter_replays FINAL WHERE offset < 5"));
        var rest = await ReplayAsync($$"""{"cursor":"{{page.GetProperty("cursor").GetString()}}"}""");
        Assert.Equal(1, rest.GetProperty("replayed").GetInt32());
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("cursor").ValueKind);
    }

    [Fact]
    public async Task Letters_of_another_tenant_are_the_platforms_to_name()
    {
        await LetterAsync(1, Good, tenant: "another");

        Assert.Equal(0, (await ReplayAsync("""{"letters":[{"partition":0,"offset":1}]}""")).GetProperty("replayed").GetInt32());
        Assert.Equal(1, (await ReplayAsync("""{"tenant":"another"}""")).GetProperty("replayed").GetInt32());
        Assert.Equal("another", Encoding.UTF8.GetString((await SentAsync(1)).Message.Headers.GetLastBytes(EventHeaders.Tenant)));
    }

    [Theory]
    [InlineData("""{"limit":0}""", "invalid_request")]
    [InlineData("""{"limit":1001}""", "invalid_request")]
    [InlineData("""{"cursor":"nonsense"}""", "invalid_request")]
    [InlineData("""{"tenant":""}""", "invalid_request")]
    [InlineData("""{"letters":[null]}""", "invalid_request")]
    [InlineData("""{"letters":[{"partition":0,"offset":1,"topic":null}]}""", "invalid_request")]
    [InlineData("""{"letters":[{"partition":0}]}""", "invalid_json")]
    [InlineData("""{"letters":[{"partition":-1,"offset":1}]}""", "invalid_json")]
    [InlineData("""{"everything":true}""", "invalid_json")]
    public async Task Bad_requests_are_refused(string body, string code)
    {
        using var admin = await engines.Api.LoginAsync();

        await (await admin.PostTextAsync("/api/v1/admin/dead-letters/replay", body)).ProblemAsync(HttpStatusCode.BadRequest, code);
    }

    [Theory]
    [InlineData("ingest")]
    [InlineData("viewer")]
    [InlineData("analyst")]
    public async Task Only_admins_replay(string role)
    {
        using var client = engines.Api.WithKey((await engines.Api.CreateKeyAsync(role)).Key);

        await (await client.PostTextAsync("/api/v1/admin/dead-letters/replay", "{}")).ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    private async Task LetterAsync(
        long offset, string value, string tenant = "default", string code = "time_in_future", string topic = Topics.Events, int second = 0) =>
        await engines.Database.ExecuteAsync(
            $"""
            INSERT INTO dead_letters (tenant, received, code, message, topic, partition, offset, key, value)
            SELECT '{tenant}', toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + {second}, '{code}', 'why', '{topic}', 0, {offset}, 'k', base64Decode('{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}')
            SETTINGS insert_deduplicate = 0
            """);

    private async Task<JsonElement> ReplayAsync(string body)
    {
        using var admin = await engines.Api.LoginAsync();
        return await (await admin.PostTextAsync("/api/v1/admin/dead-letters/replay", body)).JsonAsync();
    }

    private async Task<ConsumeResult<byte[], byte[]>> SentAsync(long offset)
    {
        var partition = await engines.Database.ScalarAsync<int>($"SELECT to_partition FROM dead_letter_replays WHERE offset = {offset}");
        var at = await engines.Database.ScalarAsync<long>($"SELECT to_offset FROM dead_letter_replays WHERE offset = {offset}");
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = engines.KafkaServers, GroupId = "nobody" }).Build();
        consumer.Assign(new TopicPartitionOffset(Topics.Events, partition, at));
        return consumer.Consume(TimeSpan.FromSeconds(60));
    }
}
