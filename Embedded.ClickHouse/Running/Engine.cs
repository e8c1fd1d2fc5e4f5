using System.Collections.Frozen;
using Embedded.ClickHouse.Native;

namespace Embedded.ClickHouse.Running;

/// <summary>The engine of this process: opened once, asked for connections, told to kill.</summary>
internal sealed class Engine : IDisposable
{
    private readonly string path;
    private readonly Connection keeper;
    private readonly WorkerThread control;
    private readonly SemaphoreSlim controlGate = new(1, 1);
    private readonly IdleConnections idle = new();

    private Engine(string path, Connection keeper, WorkerThread control)
    {
        (this.path, this.keeper, this.control) = (path, keeper, control);
        Version = keeper.Scalar("SELECT version()");
        TimeZone = keeper.Scalar("SELECT timezone()");
        Settings = keeper.Scalar("SELECT name FROM system.settings").Split('\n').ToFrozenSet(StringComparer.Ordinal);
        TableFunctions = keeper.Scalar("SELECT name FROM system.table_functions").Split('\n').ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    public string Version { get; }
    public string TimeZone { get; }

    /// <summary>Names of all settings; the engine itself ignores a misspelt one.</summary>
    public FrozenSet<string> Settings { get; }
    public FrozenSet<string> TableFunctions { get; }

    public static async Task<Engine> OpenAsync(EngineFiles files, string database)
    {
        var control = new WorkerThread("control");
        return await control.RunAsync(() =>
        {
            // Before the first connection, or the engine's handlers break the runtime's own use of SIGSEGV.
            Chdb.SetSignalHandlersEnabled(0);
            var keeper = Connection.TryOpen([PathArgument(files.Database), $"--config-file={files.Config}", $"--backups.allowed_path={files.Backups}"])
                ?? throw new InvalidOperationException($"The engine did not open the database in {files.Database}; its own messages are above.");
            keeper.Execute($"CREATE DATABASE IF NOT EXISTS {QuoteName(database)}");
            return new Engine(files.Database, keeper, control);
        });
    }

    public IdleConnections Idle => idle;

    /// <summary>Blocks. Settings apply to the connection in their order.</summary>
    public Connection Connect(IReadOnlyCollection<KeyValuePair<string, string>> settings, string database)
    {
        var connection = Connection.TryOpen(settings.Select(s => $"--{s.Key}={s.Value}").Prepend(PathArgument(path))) ?? throw Explain(settings);
        try
        {
            if (database.Length > 0 && database != "default") connection.Execute($"USE {QuoteName(database)}");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Asks the engine to stop what a connection is running; it ends soon after with Code 394.</summary>
    public async Task KillAsync(string connectionId)
    {
        await controlGate.WaitAsync();
        try
        {
            // ASYNC: a killed statement stays listed until its connection moves on, so waiting for it here could take forever.
            await control.RunAsync(() =>
            {
                keeper.Execute($"KILL QUERY WHERE Settings['log_comment'] = '{connectionId}' AND query NOT LIKE 'KILL%' ASYNC");
                return true;
            });
        }
        finally
        {
            controlGate.Release();
        }
    }

    public void Dispose()
    {
        idle.Dispose();
        keeper.Dispose();
        control.Dispose();
        controlGate.Dispose();
    }

    public static string QuoteName(string name) => $"`{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)}`";

    public static string QuoteText(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    // A connection that does not name the path of the first would ask for a second database, in memory; one process has one.
    private static string PathArgument(string path) => $"--path={path}";

    /// <summary>Connecting with a bad value fails without a word; setting it by SQL says what is wrong.</summary>
    private EngineException Explain(IReadOnlyCollection<KeyValuePair<string, string>> settings)
    {
        using var plain = Connection.TryOpen([PathArgument(path)]) ?? throw new EngineException(1002, "UNKNOWN_EXCEPTION", "The engine refused a connection");
        foreach (var (name, value) in settings)
        {
            try
            {
                plain.Execute($"SET {name} = {QuoteText(value)}");
            }
            catch (EngineException e)
            {
                return e;
            }
        }

        return new EngineException(36, "BAD_ARGUMENTS", "The engine refused the settings of this request");
    }
}
