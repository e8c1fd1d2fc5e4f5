using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Analytics.Api.Control;

/// <summary>The control store in one file: write-ahead log, full sync (a revoked key must stay revoked), readable by its owner only.</summary>
internal sealed class SqliteControlStore : ControlStore
{
    private const int Busy = 5, Locked = 6, CannotOpen = 14, ConstraintPrimaryKey = 1555, ConstraintUnique = 2067;

    private readonly string connectionString;

    public SqliteControlStore(string connectionString)
    {
        var settings = new SqliteConnectionStringBuilder(connectionString) { ForeignKeys = true, Pooling = true };
        this.connectionString = settings.ToString();
        CreateFile(settings.DataSource);
    }

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await connection.ExecuteAsync("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // BEGIN IMMEDIATE: takes the only write lock at once instead of failing at the first write.
    public override Task<DbTransaction> BeginExclusiveAsync(DbConnection connection, CancellationToken cancellation) =>
        Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(IsolationLevel.Serializable, deferred: false));

    public override bool Explains(Exception exception) =>
        exception is SqliteException { SqliteErrorCode: Busy or Locked or CannotOpen };

    public override bool IsDuplicate(DbException exception) =>
        exception is SqliteException { SqliteExtendedErrorCode: ConstraintPrimaryKey or ConstraintUnique };

    // SQLite gives its journal files the mode of the database file.
    private static void CreateFile(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
            Directory.CreateDirectory(directory);
        if (OperatingSystem.IsWindows() || File.Exists(path))
            return;
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        new FileStream(path, options).Dispose();
    }
}
