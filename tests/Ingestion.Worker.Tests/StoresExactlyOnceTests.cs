using Analytics.Contracts;
using TestKit;

namespace Ingestion.Worker.Tests;

public sealed class StoresExactlyOnceTests(WorkerEngines stack) : IClassFixture<WorkerEngines>
{
    private static readonly DateTimeOffset End = new(2026, 5, 4, 10, 0, 0, TimeSpan.Zero);

    private static List<string> Some(int seed, int count) =>
        [.. Events.Generate(seed, count, End, TimeSpan.FromDays(1)).Select(item => item.ToJson())];

    [Fact]
    public async Task Events_repeats_and_bad_records_are_each_counted_once()
    {
        var events = Some(1, 2_000);
        await stack.SendAsync("acme", events);
        await stack.SendAsync("acme", events[..300]);
        await stack.SendAsync("acme", ["{\"type\":", "[]", "{\"id\":\"x\",\"type\":\"bad type!\"}", "{\"type\":\"no.id\"}"]);

        await using var worker = await stack.StartWorkerAsync();
        await stack.AllAccountedAsync("acme", 2_304);

        Assert.Equal(2_000, await stack.StoredAsync("acme"));
        Assert.Equal(2_000, await stack.CountAsync("SELECT uniqExact(id) FROM events WHERE tenant = 'acme'"));
        Assert.Equal(2_000, await stack.LedgerAsync("acme", "stored"));
        Assert.Equal(300, await stack.LedgerAsync("acme", "duplicates"));
        Assert.Equal(4, await stack.LedgerAsync("acme", "dead_lettered"));
        await Eventually.EqualsAsync(
            "dead letters are queryable", 4L, () => stack.CountAsync("SELECT count() FROM dead_letters WHERE tenant = 'acme'"));
        Assert.Equal(1, await stack.CountAsync("SELECT count() FROM dead_letters WHERE value = '{\"type\":' AND code = 'malformed_json' AND topic = 'analytics.events'"));
    }

    [Fact]
    public async Task A_second_worker_after_a_stop_goes_on_without_gaps_or_repeats()
    {
        var events = Some(2, 3_000);
        var first = await stack.StartWorkerAsync();
        await stack.SendAsync("stopped", events[..1_500]);
        await Eventually.TrueAsync("some are stored", async () => await stack.StoredAsync("stopped") > 0);
        await first.DisposeAsync();
        await stack.SendAsync("stopped", events[1_500..]);
        await stack.SendAsync("stopped", events[..1_000]);

        await using var worker = await stack.StartWorkerAsync();
        await stack.AllAccountedAsync("stopped", 4_000);

        Assert.Equal(3_000, await stack.StoredAsync("stopped"));
        Assert.Equal(1_000, await stack.LedgerAsync("stopped", "duplicates"));
    }

    [Fact]
    public async Task Rows_that_the_table_lost_are_inserted_again_on_assignment()
    {
        var events = Some(3, 1_000);
        var first = await stack.StartWorkerAsync();
        await stack.SendAsync("lossy", events);
        await stack.AllAccountedAsync("lossy", 1_000);
        await first.DisposeAsync();

        await stack.CountAsync("ALTER TABLE events DELETE WHERE tenant = 'lossy' AND cityHash64(id) % 3 = 0 SETTINGS mutations_sync = 2");
        Assert.True(await stack.StoredAsync("lossy") < 1_000);

        await using var worker = await stack.StartWorkerAsync();

        await Eventually.EqualsAsync("lost rows are back", 1_000L, () => stack.StoredAsync("lossy"));
        Assert.Equal(1_000, await stack.CountAsync("SELECT uniqExact(id) FROM events WHERE tenant = 'lossy'"));
        Assert.Equal(1_000, await stack.LedgerAsync("lossy", "accepted"));
    }

    [Fact]
    public async Task Properties_are_spread_over_the_maps_and_data_stays_as_posted()
    {
        const string Json = """{"id":"p1","type":"t","subject":"s","data":{"a":{"b":"x\u00e9","c.d":1.5},"n":null,"list":[1,"two"],"ok":true,"e":""}}""";
        await using var worker = await stack.StartWorkerAsync();
        await stack.SendAsync("props", [Json]);
        await stack.AllAccountedAsync("props", 1);

        Assert.Equal(1, await stack.CountAsync(
            """
            SELECT count() FROM events WHERE tenant = 'props'
              AND strings = map('a.b', 'xé', 'list', '[1,"two"]', 'ok', 'true', 'e', '') AND numbers = map('a.c.d', 1.5)
              AND data = '{"a":{"b":"x\\u00e9","c.d":1.5},"n":null,"list":[1,"two"],"ok":true,"e":""}'
            """));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(7)] // an engine that takes less than the worker counts on: the batch is halved
    public async Task Events_received_in_more_months_than_one_insert_may_have_are_stored_in_several(int partitionsOfAnInsert)
    {
        const int Months = 150;
        var tenant = $"months-{partitionsOfAnInsert}";
        var first = new DateTimeOffset(2010, 1, 31, 0, 0, 0, TimeSpan.Zero);
        for (var month = 0; month < Months; month++)
        {
            await stack.SendAsync(tenant, [$$"""{"id":"{{month}}","type":"t","subject":"one"}"""], first.AddMonths(month));
        }

        await using var worker = await stack.StartWorkerAsync(
            ("ConnectionStrings:clickhouse", $"{stack.Store};set_max_partitions_per_insert_block={partitionsOfAnInsert}"));
        await stack.AllAccountedAsync(tenant, Months);

        Assert.Equal(Months, await stack.StoredAsync(tenant));
        Assert.Equal(Months, await stack.CountAsync($"SELECT uniqExact(id, toYYYYMM(received)) FROM events WHERE tenant = '{tenant}'"));
        Assert.Equal(Months, await stack.LedgerAsync(tenant, "stored"));
    }

    [Fact]
    public async Task Rows_know_the_partition_and_offset_they_came_from()
    {
        await using var worker = await stack.StartWorkerAsync();
        await stack.SendAsync("where", Some(5, 500));
        await stack.AllAccountedAsync("where", 500);

        Assert.Equal(500, await stack.CountAsync("SELECT uniqExact(kafka_partition, kafka_offset) FROM events WHERE tenant = 'where'"));
        Assert.Equal(0, await stack.CountAsync(
            $"SELECT count() FROM (SELECT first, last, lagInFrame(last, 1, first - 1) OVER (PARTITION BY partition ORDER BY first) AS before FROM (SELECT DISTINCT partition, first, last FROM ledger WHERE topic = '{Topics.Events}')) WHERE first != before + 1"));
    }
}
