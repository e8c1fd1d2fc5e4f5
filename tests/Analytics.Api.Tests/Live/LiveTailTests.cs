using System.Net;
using System.Text;
using System.Text.Json;
using Analytics.Api.Live;
using Analytics.Api.Tests.Ingest;
using Analytics.Contracts;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TestKit;

namespace Analytics.Api.Tests.Live;

/// <summary>The live tail over real HTTP and a real broker. Waiting is for what must come; nothing is asserted about how fast.</summary>
public sealed class LiveTailTests : IAsyncLifetime
{
    private LiveApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await LiveApi.StartAsync(
        ("Live:MaxReadersPerTenant", "3"), ("Live:BufferBytes", "262144"), ("Live:PartitionRefresh", "00:00:00.100"), ("Live:Heartbeat", "00:00:00.100"));

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Everything_accepted_after_the_answer_began_is_shown_as_it_was_posted()
    {
        await _api.PostAsync("before");
        await using var tail = await _api.WatchAsync();
        var (posted, _) = await _api.Ingest.PostAsync(IngestApi.Content(
            "{\"id\":\"1\",\"type\":\"order.paid\",\"subject\":\"u\",\"time\":\"2026-11-24T08:00:00Z\",\"data\":{\n\"a\" :  1.50,\r\n\"text\":\"\\u00e9\\n\"}}"));
        Assert.Equal(HttpStatusCode.Accepted, posted.StatusCode);

        var item = await tail.NextAsync();

        Assert.Equal("event", item.EventType);
        Assert.StartsWith("{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"order.paid\",\"source\":\"/\",\"subject\":\"u\",\"time\":\"2026-11-24T08:00:00.000Z\",\"data\":{ \"a\" :  1.50,  \"text\":\"\\u00e9\\n\"},\"received\":\"", item.Data, StringComparison.Ordinal);
        Assert.NotEmpty(item.EventId!);
    }

    [Fact]
    public async Task Filters_choose_the_events_and_what_is_wrong_is_refused()
    {
        await using var tail = await _api.WatchAsync("type=t&filters=[{\"field\":\"subject\",\"op\":\"startsWith\",\"value\":\"b\"}]");

        await _api.PostAsync("a1", "b1", "c1", "b2");

        Assert.Equal(["b1", "b2"], (await tail.IdsAsync(2)).Order());
        foreach (var wrong in new[] { "limit=5", "last=1h", "type=", "filters=[{]" })
        {
            using var refused = await LiveClient.SendAsync(_api.Viewer, wrong);
            await refused.ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
        }
    }

    [Fact]
    public async Task Two_tenants_with_the_same_ids_see_their_own_also_when_they_resume()
    {
        using var theirs = await _api.OtherTenantAsync("other");
        await using var mine = await _api.WatchAsync();
        await using var other = await LiveClient.OpenAsync(theirs, "");

        using (var posted = await theirs.PostTextAsync("/api/v1/events", """[{"id":"1","type":"t","subject":"theirs"},{"id":"2","type":"t","subject":"theirs"}]"""))
            Assert.Equal(HttpStatusCode.Accepted, posted.StatusCode);
        await _api.PostAsync("1", "2");

        var first = await mine.NextAsync();
        Assert.DoesNotContain("theirs", first.Data + (await mine.NextAsync()).Data, StringComparison.Ordinal);
        var foreign = await other.NextAsync();
        Assert.Contains("theirs", foreign.Data, StringComparison.Ordinal);
        await using var resumed = await _api.WatchAsync("", first.EventId);
        Assert.DoesNotContain("theirs", (await resumed.NextAsync()).Data, StringComparison.Ordinal);
        using var refused = await LiveClient.SendAsync(_api.Viewer, "", foreign.EventId);
        await refused.ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
    }

    [Fact]
    public async Task Whoever_comes_back_gets_exactly_what_was_missed_then_goes_on()
    {
        string last;
        await using (var tail = await _api.WatchAsync("subject=a3&subject=a7&subject=a8&subject=a9"))
        {
            await _api.PostAsync([.. Enumerable.Range(0, 5).Select(i => $"a{i}")]);
            last = (await tail.NextAsync()).EventId!;
        }

        await _api.PostAsync([.. Enumerable.Range(5, 4).Select(i => $"a{i}")]);
        await using var again = await _api.WatchAsync("subject=a3&subject=a7&subject=a8&subject=a9", last);
        await _api.PostAsync("a9");

        var seen = await again.IdsAsync(3);

        Assert.Equal(["a7", "a8"], seen[..2].Order());
        Assert.Equal("a9", seen[2]);
    }

    [Fact]
    public async Task A_slow_reader_is_told_how_many_events_it_missed()
    {
        const int Posted = 600;
        await using var tail = await _api.WatchAsync();
        var text = new string('x', 60_000);
        for (var i = 0; i < Posted; i += 50)
        {
            var lines = Enumerable.Range(i, 50).Select(id => $$"""{"id":"{{id}}","type":"t","subject":"s","data":{"text":"{{text}}"} }""");
            var (response, _) = await _api.Ingest.PostAsync(IngestApi.Content(string.Join('\n', lines), "application/x-ndjson"));
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        }

        await _api.PostAsync("last");

        var (seen, dropped) = (0L, 0L);
        for (var ended = false; !ended;)
        {
            var item = await tail.NextAsync();
            var json = JsonElement.Parse(item.Data);
            if (item.EventType == "dropped")
                dropped += json.GetProperty("events").GetInt64();
            else
                seen++;
            ended = item.EventType == "event" && json.GetProperty("id").GetString() == "last";
        }

        Assert.True(dropped > 0, "36 MB fit into the connection: nothing had to be dropped");
        Assert.Equal(Posted + 1, seen + dropped);
    }

    [Fact]
    public async Task Too_many_readers_of_a_tenant_are_refused_and_others_are_not()
    {
        using var theirs = await _api.OtherTenantAsync("other");
        var tails = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _api.WatchAsync()));

        using (var refused = await LiveClient.SendAsync(_api.Viewer, ""))
        {
            await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "too_many_readers");
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        await using var other = await LiveClient.OpenAsync(theirs, "");
        foreach (var tail in tails)
            await tail.DisposeAsync();
        await Eventually.TrueAsync("there is room again", async () => (await LiveClient.SendAsync(_api.Viewer, "")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task The_log_is_read_only_while_somebody_watches()
    {
        var feed = _api.Ingest.Services.GetRequiredService<LiveFeed>();
        Assert.False(feed.IsReading);
        await using (var tail = await _api.WatchAsync())
        await using (var another = await _api.WatchAsync())
            Assert.True(feed.IsReading);

        await Eventually.EqualsAsync("the log is read", false, () => Task.FromResult(feed.IsReading));

        await using var later = await _api.WatchAsync();
        await _api.PostAsync("x");
        Assert.Equal(["x"], await later.IdsAsync(1));
    }

    [Fact]
    public async Task Added_partitions_are_followed()
    {
        await using var tail = await _api.WatchAsync();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _api.Ingest.Broker.BootstrapServers }).Build();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = Topics.Events, IncreaseTo = 6 }]);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _api.Ingest.Broker.BootstrapServers }).Build();

        await producer.ProduceAsync(new TopicPartition(Topics.Events, 5), new Message<byte[], byte[]>
        {
            Value = """{"id":"new","type":"t"}"""u8.ToArray(),
            Headers = new Headers { { EventHeaders.Tenant, "acme"u8.ToArray() }, { EventHeaders.Received, "1764000000000"u8.ToArray() } },
        });

        Assert.Equal(["new"], await tail.IdsAsync(1));
    }

    [Fact]
    public async Task Silence_has_a_heartbeat_and_a_stop_a_farewell()
    {
        using var response = await LiveClient.SendAsync(_api.Viewer, "");
        using var body = new StreamReader(await response.Content.ReadAsStreamAsync(), Encoding.UTF8);
        var lines = new List<string>();
        while (lines.Count(line => line == ":") < 2)
            lines.Add((await body.ReadLineAsync())!);

        _api.Ingest.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        var rest = await body.ReadToEndAsync();

        Assert.Contains("retry: 2000", lines);
        Assert.EndsWith("event: bye\ndata: {\"reason\":\"shutdown\"}\n\n", rest, StringComparison.Ordinal);
    }
}
