using System.Globalization;
using System.Text;
using Analytics.Contracts.Schema;

namespace Benchmarks.Storage;

/// <summary>
/// Native blocks of 10,000 rows into the table while merges stand still, one full merge, then the questions. The blocks are made by the
/// engine itself from a table beside it, so what is measured is storing them and not encoding them.
/// </summary>
internal sealed class StorageRun(StorageOptions options, EngineProcess engine, TimeProvider clock)
{
    private const int Block = 10_000;
    private const int Times = 8;

    // One tenant, half of the days there are.
    private const string Where = "FROM events WHERE tenant = 'tenant-0' AND time >= '2026-01-30 00:00:00' AND time < '2026-03-01 00:00:00'";

    private static readonly (string Name, string Sql)[] Questions =
    [
        ("count where a string =", $"SELECT count() {Where} AND strings['country'] = 'DE'"),
        ("p95 of a number", $"SELECT quantile(0.95)(numbers['durationMs']) {Where}"),
        ("top 10 of a string", $"SELECT strings['path'] AS value, count() AS events {Where} GROUP BY value ORDER BY events DESC, value LIMIT 10"),
        ("count where a string =, one type", $"SELECT count() {Where} AND type = 'page.viewed' AND strings['country'] = 'DE'"),
        ("hourly series", $"SELECT toStartOfHour(time) AS hour, count() {Where} GROUP BY hour ORDER BY hour"),
        ("unique subjects, one type", $"SELECT uniq(subject) {Where} AND type = 'page.viewed'"),
        ("100 newest of a type, whole", $"SELECT * {Where} AND type = 'page.viewed' ORDER BY time DESC LIMIT 100"),
    ];

    public async Task RunAsync(CancellationToken cancellation)
    {
        await SchemaMigrator.MigrateAsync(engine.ConnectionString, cancellation);
        await engine.AskAsync("CREATE TABLE block AS events ENGINE = Memory", cancellation);
        await engine.AskAsync("SYSTEM STOP MERGES events", cancellation);

        var (cpu, waits) = await InsertAsync(cancellation);
        Line("insert, CPU", cpu.TotalMicroseconds / options.Rows, "µs/row");
        Line("insert of 10,000 rows, median", Median(waits).TotalMilliseconds, "ms");

        await engine.AskAsync("SYSTEM START MERGES events", cancellation);
        var before = engine.Cpu;
        await engine.AskAsync("OPTIMIZE TABLE events FINAL", cancellation);
        Line("merge, CPU", (engine.Cpu - before).TotalMicroseconds / options.Rows, "µs/row");
        var bytes = await engine.AskAsync("SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'analytics' AND table = 'events' AND active FORMAT TSV", cancellation);
        Line("size", long.Parse(Encoding.ASCII.GetString(bytes), CultureInfo.InvariantCulture) / 1e6, "MB");
        Line("", (double)long.Parse(Encoding.ASCII.GetString(bytes), CultureInfo.InvariantCulture) / options.Rows, "B/row");

        foreach (var (name, sql) in Questions)
            await AskAsync(name, sql, cancellation);
    }

    private async Task<(TimeSpan Cpu, List<TimeSpan> Waits)> InsertAsync(CancellationToken cancellation)
    {
        var events = new StagedEvents(options.Seed);
        var (cpu, waits) = (TimeSpan.Zero, new List<TimeSpan>());
        for (var stored = 0; stored < options.Rows; stored += Block)
        {
            await engine.AskAsync("TRUNCATE TABLE block", cancellation);
            await engine.AskAsync("INSERT INTO block FORMAT JSONEachRow", cancellation, events.Next(Block));
            var rows = await engine.AskAsync("SELECT * FROM block FORMAT Native", cancellation);
            var (before, started) = (engine.Cpu, clock.GetTimestamp());
            await engine.AskAsync("INSERT INTO events FORMAT Native", cancellation, rows, $"&insert_deduplication_token=storage-{stored}");
            waits.Add(clock.GetElapsedTime(started));
            cpu += engine.Cpu - before;
        }

        return (cpu, waits);
    }

    private async Task AskAsync(string name, string sql, CancellationToken cancellation)
    {
        await engine.AskAsync(sql, cancellation); // the page cache is warm from here on
        var (before, waits) = (engine.Cpu, new List<TimeSpan>());
        for (var i = 0; i < Times; i++)
        {
            var started = clock.GetTimestamp();
            await engine.AskAsync(sql, cancellation);
            waits.Add(clock.GetElapsedTime(started));
        }

        Line(name, (engine.Cpu - before).TotalMilliseconds / Times, "ms CPU", string.Create(CultureInfo.InvariantCulture, $"{Median(waits).TotalMilliseconds,8:F1} ms"));
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    private static void Line(string name, double value, string unit, string more = "") =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-36}{value,10:F1} {unit,-8}{more}"));
}
