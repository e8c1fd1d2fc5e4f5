using System.Data.Common;
using Analytics.Api.Errors;

namespace Analytics.Api.Control;

/// <summary>
/// The control store: tenants, users, keys. One set of SQL for both engines; what differs between SQLite and PostgreSQL is in the
/// two subclasses and nowhere else. Times are Unix milliseconds (BIGINT), hashes are hexadecimal text.
/// </summary>
internal abstract class ControlStore : IUnavailability
{
    public string Name => "The control store";

    /// <summary>An open connection; dispose it to give it back to the pool.</summary>
    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellation);

    /// <summary>A transaction that no other process can be in at the same time: migrations and bootstrap run in it.</summary>
    public abstract Task<DbTransaction> BeginExclusiveAsync(DbConnection connection, CancellationToken cancellation);

    /// <summary>The store is away or busy; the same statement may succeed later.</summary>
    public abstract bool Explains(Exception exception);

    /// <summary>A row with that key exists already.</summary>
    public abstract bool IsDuplicate(DbException exception);

    /// <summary><c>Host=…</c> means PostgreSQL, <c>Data Source=…</c> SQLite.</summary>
    public static ControlStore Of(string connectionString) =>
        new DbConnectionStringBuilder { ConnectionString = connectionString }.ContainsKey("Host")
            ? new PostgresControlStore(connectionString)
            : new SqliteControlStore(connectionString);
}
