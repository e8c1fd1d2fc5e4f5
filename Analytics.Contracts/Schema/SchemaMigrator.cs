using ClickHouse.Driver;
using ClickHouse.Driver.ADO;
using ClickHouse.Driver.ADO.Parameters;

namespace Analytics.Contracts.Schema;

/// <summary>
/// Applies the numbered migrations in order, each once. Any number of processes may call it at the same time: whoever
/// creates the table <c>schema_lock</c> migrates, the others wait. The holder touches it every <see cref="Touch"/>, however
/// long a statement takes. A lock that nobody touches any more (its holder was killed) is taken over after
/// <see cref="StaleLock"/>; statements are written so that running them again does no harm.
/// </summary>
public sealed class SchemaMigrator(string connectionString, TimeProvider time)
{
    private static readonly TimeSpan StaleLock = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Touch = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>Summing up events of years takes its time.</summary>
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromHours(12);

    private const int TableAlreadyExists = 57;

    /// <summary>Brings the database up to the newest version; returns the versions this call applied.</summary>
    public static Task<IReadOnlyList<int>> MigrateAsync(string connectionString, CancellationToken cancellationToken) =>
        new SchemaMigrator(connectionString, TimeProvider.System).MigrateAsync(cancellationToken);

    /// <inheritdoc cref="MigrateAsync(string, CancellationToken)"/>
    public async Task<IReadOnlyList<int>> MigrateAsync(CancellationToken cancellationToken)
    {
        await CreateDatabaseAsync(cancellationToken);
        using var client = new ClickHouseClient(
            new ClickHouseConnectionStringBuilder { ConnectionString = connectionString, Timeout = StatementTimeout }.ConnectionString);
        await ExecuteAsync(
            client,
            $"""
            CREATE TABLE IF NOT EXISTS {Tables.Migrations}
                (version UInt32, name String, applied DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'))
            ENGINE = MergeTree ORDER BY version
            """,
            cancellationToken);
        var all = Migration.LoadAll();
        if ((await PendingAsync(client, all, cancellationToken)).Count == 0)
        {
            return [];
        }

        await TakeLockAsync(client, cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var touching = TouchLockAsync(client, done.Token);
        try
        {
            var applied = new List<int>();
            foreach (var migration in await PendingAsync(client, all, cancellationToken))
            {
                await ApplyAsync(client, migration, cancellationToken);
                applied.Add(migration.Version);
            }

            return applied;
        }
        finally
        {
            await done.CancelAsync();
            await touching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ExecuteAsync(client, "DROP TABLE IF EXISTS schema_lock", CancellationToken.None);
        }
    }

    // ${tables} and ${views} in a migration are the two databases, quoted.
    private string InDatabases(string statement)
    {
        var database = new ClickHouseConnectionStringBuilder { ConnectionString = connectionString }.Database;
        return statement
            .Replace("${tables}", Quote(database), StringComparison.Ordinal)
            .Replace("${views}", Quote(Tables.SqlDatabase(database)), StringComparison.Ordinal);
    }

    private static string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    private async Task ApplyAsync(ClickHouseClient client, Migration migration, CancellationToken cancellationToken)
    {
        foreach (var statement in migration.Statements)
        {
            await ExecuteAsync(client, InDatabases(statement), cancellationToken);
        }

        await client.ExecuteNonQueryAsync(
            $$"""INSERT INTO {{Tables.Migrations}} (version, name) SELECT {version:UInt32}, {name:String}""",
            new ClickHouseParameterCollection { Parameter("version", migration.Version), Parameter("name", migration.Name) },
            cancellationToken: cancellationToken);
    }

    private static async Task<IReadOnlyList<Migration>> PendingAsync(
        ClickHouseClient client, IReadOnlyList<Migration> all, CancellationToken cancellationToken)
    {
        var applied = new HashSet<int>();
        await using var reader = await client.ExecuteReaderAsync(
            $"SELECT version FROM {Tables.Migrations}", cancellationToken: cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add(Convert.ToInt32(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture));
        }

        return all.Where(migration => !applied.Contains(migration.Version)).ToList();
    }

    private async Task TakeLockAsync(ClickHouseClient client, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ExecuteAsync(client, "CREATE TABLE schema_lock (holder UInt8) ENGINE = Memory", cancellationToken);
                return;
            }
            catch (ClickHouseServerException e) when (e.ErrorCode == TableAlreadyExists)
            {
                await DropStaleLockAsync(client, cancellationToken);
                await Task.Delay(Poll, time, cancellationToken);
            }
        }
    }

    private async Task TouchLockAsync(ClickHouseClient client, CancellationToken cancellationToken)
    {
        for (var count = 1; ; count++)
        {
            await Task.Delay(Touch, time, cancellationToken);
            try
            {
                await ExecuteAsync(client, $"ALTER TABLE schema_lock MODIFY COMMENT '{count}'", cancellationToken);
            }
            catch (Exception e) when (e is ClickHouseServerException or HttpRequestException)
            {
                // Tried again soon: five touches may fail before anybody takes the lock for stale.
            }
        }
    }

    // The age is asked of the engine, so that clocks of several machines do not matter.
    private static async Task DropStaleLockAsync(ClickHouseClient client, CancellationToken cancellationToken)
    {
        var age = await client.ExecuteScalarAsync(
            """
            SELECT toInt64(dateDiff('second', metadata_modification_time, now()))
            FROM system.tables WHERE database = currentDatabase() AND name = 'schema_lock'
            """,
            cancellationToken: cancellationToken);
        if (age is long seconds && seconds > StaleLock.TotalSeconds)
        {
            await ExecuteAsync(client, "DROP TABLE IF EXISTS schema_lock", cancellationToken);
        }
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var builder = new ClickHouseConnectionStringBuilder { ConnectionString = connectionString };
        var database = builder.Database;
        builder.Database = "default";
        using var client = new ClickHouseClient(builder.ConnectionString);
        await ExecuteAsync(client, $"CREATE DATABASE IF NOT EXISTS {Quote(database)}", cancellationToken);
    }

    private static Task<int> ExecuteAsync(ClickHouseClient client, string sql, CancellationToken cancellationToken) =>
        client.ExecuteNonQueryAsync(sql, cancellationToken: cancellationToken);

    private static ClickHouseDbParameter Parameter(string name, object value) => new() { ParameterName = name, Value = value };
}
