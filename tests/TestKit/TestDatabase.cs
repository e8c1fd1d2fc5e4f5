using ClickHouse.Driver;
using ClickHouse.Driver.ADO;

namespace TestKit;

/// <summary>A database of its own for a test class.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private const int DatabaseNotEmpty = 219;
    private readonly string server;

    private TestDatabase(string server, string name)
    {
        this.server = server;
        Name = name;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>A connection string that points at it.</summary>
    public string ConnectionString => $"{server};Database={Name}";

    /// <summary>The same as the embedded engine's user who may read the views for SQL only.</summary>
    public string SqlConnectionString => ConnectionString.Replace("Username=default", "Username=sql", StringComparison.Ordinal);

    /// <summary>Creates it on the given server.</summary>
    public static async Task<TestDatabase> CreateAsync(string server, string name)
    {
        var database = new TestDatabase(server, name);
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        return database;
    }

    /// <summary>Runs a statement.</summary>
    public Task ExecuteAsync(string sql) => ExecuteAsync(ConnectionString, sql);

    /// <summary>The first value of the answer.</summary>
    public Task<T> ScalarAsync<T>(string sql) => ScalarAsync<T>(ConnectionString, sql);

    /// <summary>The first value of the answer of any server.</summary>
    public static async Task<T> ScalarAsync<T>(string connectionString, string sql)
    {
        using var connection = new ClickHouseConnection(connectionString);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        var value = await command.ExecuteScalarAsync();
        return (T)Convert.ChangeType(value!, typeof(T), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DropAsync($"{Name}_sql"); // the views of migrations
        await DropAsync(Name);
    }

    // A test may end while its program still creates tables: the engine then says "try again".
    private async Task DropAsync(string database)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {database}");
                return;
            }
            catch (ClickHouseServerException refused) when (refused.ErrorCode == DatabaseNotEmpty && attempt < 20)
            {
            }
        }
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        using var connection = new ClickHouseConnection(connectionString);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
