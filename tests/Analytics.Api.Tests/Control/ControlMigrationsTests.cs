using Analytics.Api.Control;
using Dapper;
using TestKit;

namespace Analytics.Api.Tests.Control;

public sealed class ControlMigrationsTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    [Fact]
    public void Numbers_start_at_one_and_leave_no_gap() =>
        Assert.Equal(Enumerable.Range(1, ControlMigrations.All.Count), ControlMigrations.All.Select(migration => migration.Number));

    [Fact]
    public async Task Each_is_applied_once_however_many_start_together()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            ControlMigrations.ApplyAsync(Open(), TimeProvider.System, CancellationToken.None))));

        await using var connection = await Open().OpenAsync(CancellationToken.None);
        var numbers = await connection.QueryAsync<long>("SELECT number FROM migrations ORDER BY number");
        Assert.Equal(ControlMigrations.All.Select(migration => (long)migration.Number), numbers);
    }

    [Fact]
    public async Task A_store_that_is_busy_is_away_and_a_broken_statement_is_not()
    {
        var store = Open();
        await using var connection = await store.OpenAsync(CancellationToken.None);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => connection.ExecuteAsync("SELECT nothing FROM nowhere"));

        Assert.False(store.Explains(failure));
        Assert.True(store.Explains(new Microsoft.Data.Sqlite.SqliteException("busy", 5)));
    }

    [Theory]
    [InlineData("Host=db;Database=control", typeof(PostgresControlStore))]
    [InlineData("host=db;database=control", typeof(PostgresControlStore))]
    public void A_host_means_postgres(string connectionString, Type expected) => Assert.IsType(expected, ControlStore.Of(connectionString));

    public void Dispose() => directory.Dispose();

    private ControlStore Open() => ControlStore.Of($"Data Source={directory.Combine("control.db")};Pooling=False");
}
