using System.Data.Common;
using Dapper;
using Npgsql;

namespace Analytics.Api.Control;

/// <summary>The control store on PostgreSQL, for several API processes.</summary>
internal sealed class PostgresControlStore(string connectionString) : ControlStore, IAsyncDisposable
{
    // Any number will do as long as it stays the same: "auterity" in ASCII.
    private const long MigrationLock = 0x6175_7465_7269_7479;

    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString);

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellation) => await source.OpenConnectionAsync(cancellation);

    public override async Task<DbTransaction> BeginExclusiveAsync(DbConnection connection, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "SELECT pg_advisory_xact_lock(@MigrationLock)", new { MigrationLock }, transaction, cancellationToken: cancellation));
        return transaction;
    }

    public override bool Explains(Exception exception) =>
        exception is NpgsqlException { IsTransient: true } or NpgsqlException { InnerException: System.Net.Sockets.SocketException };

    public override bool IsDuplicate(DbException exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
