using System.Globalization;
using Analytics.Contracts.Schema;
using ClickHouse.Driver.ADO;
using TestKit;

namespace Analytics.Contracts.Tests.Schema;

/// <summary>A database with the schema, or with the part of it that was there before the rollups, and inserts as the worker sends them.</summary>
internal sealed class RollupStore(string connectionString)
{
    private const int RollupsVersion = 4;

    public static Migration Rollups => Migration.LoadAll().Single(migration => migration.Version == RollupsVersion);

    public Task MigrateAsync() => SchemaMigrator.MigrateAsync(connectionString, TestContext.Current.CancellationToken);

    /// <summary>The schema as it was before: the migration of the rollups has not run, or not to its end.</summary>
    public async Task StepBackAsync() =>
        await ExecuteAsync($"ALTER TABLE {Tables.Migrations} DELETE WHERE version >= {RollupsVersion} SETTINGS mutations_sync = 2");

    public async Task CreateFormerSchemaAsync()
    {
        foreach (var statement in Migration.LoadAll().Where(migration => migration.Version < RollupsVersion).SelectMany(migration => migration.Statements))
            await ExecuteAsync(statement);
    }

    /// <summary>
    /// Events of one offset range under the range's token: three tenants, four types, some without subject, over <paramref name="spanSeconds"/>
    /// of time before the middle of 2026. The same range always brings the same events.
    /// </summary>
    public Task InsertAsync(int partition, long first, int count, long spanSeconds = 200_000) => ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO events (tenant, type, time, id, subject, received, kafka_partition, kafka_offset)
        SETTINGS insert_deduplication_token = '{partition}:{first}-{count}', insert_deduplicate = 1, deduplicate_blocks_in_dependent_materialized_views = 1
        SELECT
            concat('t', toString(sipHash64(number, 1) % 3)), concat('type.', toString(sipHash64(number, 2) % 4)),
            toDateTime64('2026-06-30 12:34:56.789', 3, 'UTC') - toInt64(sipHash64(number, 3) % {spanSeconds}), toString(number),
            if(sipHash64(number, 4) % 5 = 0, '', concat('s', toString(sipHash64(number, 5) % 50))),
            toDateTime64('2026-06-30 12:35:00', 3, 'UTC'), {partition}, number
        FROM numbers({first}, {count})
        """));

    /// <summary>What the rollups hold, as text: equal to what <see cref="RecomputedAsync"/> computes from the events, or they are wrong.</summary>
    public Task<string> KeptAsync() => TextAsync("""
        SELECT toString(grain) AS grain, tenant, type, start, sum(events) AS events, uniqExactMerge(subjects) AS subjects, sum(fingerprint) AS fingerprint
        FROM rollups GROUP BY grain, tenant, type, start
        """);

    public Task<string> RecomputedAsync() => TextAsync("""
        SELECT 'hour' AS grain, tenant, type, toStartOfHour(time) AS start, toInt64(count()) AS events,
               uniqExact(nullIf(subject, '')) AS subjects, sum(sipHash64(kafka_partition, kafka_offset)) AS fingerprint
        FROM events GROUP BY tenant, type, start
        UNION ALL
        SELECT 'day', tenant, type, toStartOfDay(time) AS start, count(), uniqExact(nullIf(subject, '')), sum(sipHash64(kafka_partition, kafka_offset))
        FROM events GROUP BY tenant, type, start
        UNION ALL
        SELECT 'stored', tenant, '', toStartOfHour(time) AS start, count(), 0, sum(sipHash64(kafka_partition, kafka_offset))
        FROM events GROUP BY tenant, start
        """);

    public async Task AgreesAsync(string when)
    {
        var (kept, recomputed) = (await KeptAsync(), await RecomputedAsync());
        Assert.True(kept == recomputed, $"{when}\nkept:\n{kept}\nfrom the events:\n{recomputed}");
    }

    public Task<long> NumberAsync(string sql) => TestDatabase.ScalarAsync<long>(connectionString, sql);

    public async Task ExecuteAsync(string sql)
    {
        using var connection = new ClickHouseConnection(connectionString);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private Task<string> TextAsync(string rows) => TestDatabase.ScalarAsync<string>(connectionString, $"""
        SELECT arrayStringConcat(arraySort(groupArray(concat(grain, ' ', tenant, ' ', type, ' ', toString(start), ' ', toString(events), ' ',
            toString(subjects), ' ', toString(fingerprint)))), '\n')
        FROM ({rows}) WHERE events != 0 OR fingerprint != 0
        """);
}
