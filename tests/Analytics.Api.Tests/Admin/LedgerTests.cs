using System.Globalization;
using System.Net;
using System.Text.Json;
using Analytics.Api.Admin;
using Analytics.Contracts;
using Confluent.Kafka;

namespace Analytics.Api.Tests.Admin;

public sealed class LedgerTests(EngineApi engines) : IClassFixture<EngineApi>
{
    private static int lastMinute;

    [Fact]
    public async Task Stored_is_counted_in_the_table_and_compared_with_what_was_accepted()
    {
        var minute = NewMinute();
        await StoreAsync("default", minute, 3);
        await EnterAsync("default", minute, accepted: 6, stored: 3, duplicates: 2, deadLettered: 1);

        var ledger = await ReadAsync(minute);

        Assert.Equal("""{"accepted":6,"stored":3,"duplicates":2,"deadLettered":1,"imbalance":0}""", ledger.GetProperty("totals").GetRawText());
        var only = Assert.Single(ledger.GetProperty("minutes").EnumerateArray());
        Assert.Equal(minute, only.GetProperty("minute").GetDateTimeOffset());
        Assert.Equal(0, only.GetProperty("imbalance").GetInt64());
        Assert.True(ledger.GetProperty("balanced").GetBoolean());
    }

    [Fact]
    public async Task A_row_that_is_missing_from_the_table_is_an_imbalance_whatever_the_worker_noted()
    {
        var minute = NewMinute();
        await StoreAsync("default", minute, 2);
        await EnterAsync("default", minute, accepted: 3, stored: 3);

        var ledger = await ReadAsync(minute);

        Assert.Equal(1, ledger.GetProperty("totals").GetProperty("imbalance").GetInt64());
        Assert.False(ledger.GetProperty("balanced").GetBoolean());
    }

    [Fact]
    public async Task Rows_stored_twice_are_an_imbalance()
    {
        const int Many = 100_000; // more than other tests have in flight: so much may be ahead of its ledger entry
        var minute = NewMinute();
        await StoreAsync("default", minute, 2 * Many);
        await EnterAsync("default", minute, accepted: Many, stored: Many);

        var ledger = await ReadAsync(minute);

        Assert.Equal(-Many, ledger.GetProperty("totals").GetProperty("imbalance").GetInt64());
        Assert.False(ledger.GetProperty("balanced").GetBoolean());
    }

    [Fact]
    public async Task A_loss_and_a_surplus_do_not_cancel_each_other()
    {
        var (first, second) = (NewMinute(), NewMinute());
        await StoreAsync("default", first, 1);
        await EnterAsync("default", second, accepted: 1, stored: 1);

        var ledger = await ReadAsync(first, 2);

        Assert.Equal(0, ledger.GetProperty("totals").GetProperty("imbalance").GetInt64());
        Assert.False(ledger.GetProperty("balanced").GetBoolean());
    }

    [Fact]
    public async Task Other_tenants_and_the_dead_letter_topic_are_not_counted()
    {
        var minute = NewMinute();
        await StoreAsync("another", minute, 5);
        await EnterAsync("another", minute, accepted: 5, stored: 5);
        await EnterAsync("default", minute, accepted: 7, stored: 7, topic: Topics.DeadLetters);

        var ledger = await ReadAsync(minute);

        Assert.Empty(ledger.GetProperty("minutes").EnumerateArray());
        var other = await ReadAsync(minute, tenant: "another");
        Assert.Equal(5, other.GetProperty("totals").GetProperty("accepted").GetInt64());
    }

    [Fact]
    public async Task Every_partition_shows_its_log_and_what_is_in_flight()
    {
        var minute = NewMinute();
        var before = (await ReadAsync(minute)).GetProperty("partitions").EnumerateArray().ToList();
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = engines.KafkaServers }).Build();
        await producer.ProduceAsync(new TopicPartition(Topics.Events, 1), new() { Value = "x" });

        var after = (await ReadAsync(minute)).GetProperty("partitions").EnumerateArray().ToList();

        Assert.Equal(4, after.Count);
        Assert.Equal([0, 1, 2, 3], after.Select(partition => partition.GetProperty("partition").GetInt32()).Order());
        Assert.Equal(Sum(before, "logEnd") + 1, Sum(after, "logEnd"));
        Assert.Equal(Sum(before, "inFlight") + 1, Sum(after, "inFlight"));
        Assert.All(after, partition => Assert.Equal(Topics.Events, partition.GetProperty("topic").GetString()));
    }

    [Theory]
    [InlineData(0, 10, null, 10)]
    [InlineData(0, 10, 4L, 6)]
    [InlineData(0, 10, 10L, 0)]
    [InlineData(6, 10, 4L, 4)] // the log was cut behind a worker that is late
    [InlineData(0, 10, 12L, 0)] // committed was read before the end
    public void In_flight_is_what_the_log_holds_beyond_the_commit(long start, long end, long? committed, long expected) =>
        Assert.Equal(expected, LogOffsets.Of(new TopicPartition("t", 0), start, end, committed).InFlight);

    [Theory]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")]
    [InlineData("from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z")]
    public async Task A_range_that_makes_no_sense_is_refused(string range)
    {
        using var admin = await engines.Api.LoginAsync();

        await (await admin.GetAsync($"/api/v1/admin/ledger?{range}")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    private static long Sum(IEnumerable<JsonElement> partitions, string member) => partitions.Sum(partition => partition.GetProperty(member).GetInt64());

    // Far in the past, so that no test meets another's minute.
    private static DateTimeOffset NewMinute() =>
        new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(Interlocked.Increment(ref lastMinute));

    private async Task<JsonElement> ReadAsync(DateTimeOffset from, int minutes = 1, string? tenant = null)
    {
        using var admin = await engines.Api.LoginAsync();
        var path = $"/api/v1/admin/ledger?from={from:yyyy-MM-ddTHH:mm:ssZ}&to={from.AddMinutes(minutes):yyyy-MM-ddTHH:mm:ssZ}";
        return await (await admin.GetAsync(tenant is null ? path : $"{path}&tenant={tenant}")).JsonAsync();
    }

    private Task StoreAsync(string tenant, DateTimeOffset minute, int rows) => engines.Database.ExecuteAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        INSERT INTO events (tenant, type, time, id, received)
        SELECT '{tenant}', 'a', now64(3), toString(number), toDateTime64({minute.ToUnixTimeSeconds()} + number % 60, 3, 'UTC') FROM numbers({rows})
        SETTINGS insert_deduplicate = 0
        """));

    private Task EnterAsync(
        string tenant, DateTimeOffset minute, int accepted, int stored, int duplicates = 0, int deadLettered = 0, string topic = Topics.Events) =>
        engines.Database.ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            INSERT INTO ledger (topic, partition, first, last, tenant, minute, accepted, stored, duplicates, dead_lettered)
            SELECT '{topic}', 0, 0, {accepted - 1}, '{tenant}', toDateTime({minute.ToUnixTimeSeconds()}, 'UTC'), {accepted}, {stored}, {duplicates}, {deadLettered}
            SETTINGS insert_deduplicate = 0
            """));
}
