using System.Reflection;
using Dapper;

namespace Analytics.Api.Control;

/// <summary>Applies the numbered <c>.sql</c> files in order, each once, in one transaction that excludes other processes.</summary>
internal static class ControlMigrations
{
    private const string Folder = "Analytics.Api.Control.Migrations.";

    /// <summary>The files as (number, SQL), in order.</summary>
    public static IReadOnlyList<(int Number, string Sql)> All { get; } = Read();

    public static async Task ApplyAsync(ControlStore store, TimeProvider time, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        await using var transaction = await store.BeginExclusiveAsync(connection, cancellation);
        await connection.ExecuteAsync(
            "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, applied BIGINT NOT NULL)", transaction: transaction);
        var applied = await connection.ExecuteScalarAsync<long?>("SELECT MAX(number) FROM migrations", transaction: transaction) ?? 0;
        foreach (var (number, sql) in All.Where(migration => migration.Number > applied))
        {
            await connection.ExecuteAsync(sql, transaction: transaction);
            await connection.ExecuteAsync(
                "INSERT INTO migrations (number, applied) VALUES (@number, @now)",
                new { number = (long)number, now = time.GetUtcNow().ToUnixTimeMilliseconds() },
                transaction);
        }

        await transaction.CommitAsync(cancellation);
    }

    private static List<(int, string)> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => (Number: int.Parse(name.AsSpan(Folder.Length, 4), provider: null), Sql: Text(assembly, name)))
            .OrderBy(migration => migration.Number)
            .ToList();
    }

    private static string Text(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
