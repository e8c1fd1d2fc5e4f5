using System.Globalization;
using System.Text.Json;
using Benchmarks.Storage;

namespace Benchmarks.Product;

/// <summary>
/// Sixty days of events of twenty tenants in the table of a running Standalone. They go straight into the engine and not over HTTP and the log, in
/// inserts as large as the worker's at its busiest, each of the next stretch of time, with its settings: so the parts of the table are like those
/// the worker makes, and the materialized view fills the rollups as it does for the worker.
/// </summary>
/// <param name="End">Where the events end: the hour in which they were made.</param>
/// <param name="Keys">A key of the role analyst for each tenant.</param>
internal sealed record History(long Events, int Seed, DateTimeOffset End, Dictionary<string, string> Keys)
{
    /// <summary>Has about a quarter of all events.</summary>
    public const string LargestTenant = "tenant-0";

    private const int PerInsert = 100_000;
    private static readonly TimeSpan Length = TimeSpan.FromDays(StagedEvents.Days);

    /// <summary>What was filled before, if anything.</summary>
    public static async Task<History?> ReadAsync(string data, CancellationToken cancellation) =>
        File.Exists(FileOf(data)) ? JsonSerializer.Deserialize<History>(await File.ReadAllTextAsync(FileOf(data), cancellation)) : null;

    /// <summary>Fills a fresh table, and remembers that in the data folder.</summary>
    public static async Task<History> FillAsync(StandaloneProcess standalone, long events, int seed, TimeProvider clock, CancellationToken cancellation)
    {
        var keys = await PlatformAdmin.KeysAsync(standalone.Address!, StandaloneProcess.AdminPassword, StagedEvents.TenantNames, cancellation);
        var now = clock.GetUtcNow();
        var history = new History(events, seed, new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero), keys);
        using var engine = await EngineClient.OpenAsync(standalone.Data, cancellation);
        await StageAsync(engine, seed, cancellation);
        await history.InsertAsync(engine, "tenant", events, cancellation);
        await SettleAsync(engine, clock, cancellation);
        await File.WriteAllTextAsync(FileOf(standalone.Data), JsonSerializer.Serialize(history), cancellation);
        return history;
    }

    /// <summary>The same events once more, all of one tenant, if they are not there yet.</summary>
    public async Task AddTenantAsync(EngineClient engine, string tenant, long events, TimeProvider clock, CancellationToken cancellation)
    {
        var there = await engine.AskAsync($"SELECT count() FROM events WHERE tenant = '{tenant}'", cancellation);
        if (there.Trim() == events.ToString(CultureInfo.InvariantCulture))
            return;
        await InsertAsync(engine, $"'{tenant}'", events, cancellation);
        await SettleAsync(engine, clock, cancellation);
    }

    private static string FileOf(string data) => Path.Combine(data, "history.json");

    // The generator's own events, of which every insert takes each once, with another time, id and place on the log.
    private static async Task StageAsync(EngineClient engine, int seed, CancellationToken cancellation)
    {
        await engine.AskAsync("CREATE DATABASE IF NOT EXISTS benchmark", cancellation);
        await engine.AskAsync("CREATE TABLE benchmark.staged ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM analytics.events LIMIT 0", cancellation);
        var staged = new StagedEvents(seed);
        for (var rows = 0; rows < PerInsert; rows += 10_000)
            await engine.InsertAsync("INSERT INTO benchmark.staged FORMAT JSONEachRow", staged.Next(10_000), cancellation);
    }

    private async Task InsertAsync(EngineClient engine, string tenant, long events, CancellationToken cancellation)
    {
        var inserts = (events + PerInsert - 1) / PerInsert;
        var width = (long)(Length / inserts).TotalMilliseconds;
        for (var i = 0L; i < inserts; i++)
        {
            var start = (End - Length).ToUnixTimeMilliseconds() + (i * width);
            var rows = Math.Min(PerInsert, events - (i * PerInsert));
            await engine.AskAsync(
                InsertSql(tenant, i, start, width, rows), cancellation,
                $"&insert_deduplication_token={Uri.EscapeDataString($"{tenant}:{i}")}&insert_deduplicate=1&deduplicate_blocks_in_dependent_materialized_views=1");
        }
    }

    // One in a hundred is up to ten hours late, as the generator has it. A visit lasts an hour at most. Of the log's partitions there are two, as
    // in Standalone, but with numbers of their own: the worker must not take these events for its own.
    private string InsertSql(string tenant, long insert, long start, long width, long rows) => string.Create(CultureInfo.InvariantCulture, $$"""
        INSERT INTO events (tenant, type, time, id, source, subject, sessionid, traceid, data, strings, numbers, extensions, received, kafka_partition, kafka_offset)
        SELECT
            {{tenant}}, type, happened, id, source, subject, concat(sessionid, '-', toString(intDiv(toUnixTimestamp(happened), 3600))), traceid,
            data, strings, numbers, extensions, arrived, partition, place
        FROM
        (
            SELECT
                * EXCEPT (id, time, received, kafka_partition, kafka_offset),
                ({{insert}} * {{PerInsert}}) + (kafka_offset * 4) + kafka_partition AS place,
                sipHash64({{Seed}}, {{tenant}}, place) AS chance,
                toString(reinterpretAsUUID(sipHash128({{Seed}}, {{tenant}}, place, 'id'))) AS id,
                fromUnixTimestamp64Milli({{start}} + toInt64(chance % {{width}}), 'UTC') AS arrived,
                fromUnixTimestamp64Milli(toUnixTimestamp64Milli(arrived) - if(intDiv(chance, 1000003) % 100 = 0, toInt64(intDiv(chance, 7) % 36000000), toInt64(intDiv(chance, 7) % 2000)), 'UTC') AS happened,
                toUInt16(1000 + (cityHash64(subject) % 2)) AS partition
            FROM benchmark.staged
            LIMIT {{rows}}
        )
        """);

    /// <summary>Merges go on for a while, also after a start; they would be measured along with the first questions.</summary>
    public static async Task SettleAsync(EngineClient engine, TimeProvider clock, CancellationToken cancellation)
    {
        for (var waited = 0; waited < 180; waited++)
        {
            if ((await engine.AskAsync("SELECT count() FROM system.merges", cancellation)).Trim() == "0")
                return;
            await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellation);
        }
    }
}
