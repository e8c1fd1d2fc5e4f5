namespace TestKit;

/// <summary>
/// Embedded.ClickHouse or Embedded.Kafka as a child process. It can be killed and started again on the same data and port, as a crash
/// and a restart look to its clients.
/// </summary>
public sealed class EmbeddedEngine : IAsyncDisposable
{
    private readonly string assembly;
    private readonly TemporaryDirectory data = new();
    private readonly IReadOnlyDictionary<string, string?> environment;
    private readonly string[] arguments;
    private readonly Func<EmbeddedEngine, string> connectionString;

    private EmbeddedEngine(
        string assembly, IReadOnlyDictionary<string, string?> environment, string[] arguments, Func<EmbeddedEngine, string> connectionString)
    {
        this.assembly = assembly;
        this.environment = environment;
        this.arguments = arguments;
        this.connectionString = connectionString;
    }

    /// <summary>The running process; another one after each start.</summary>
    public ChildProcess Process { get; private set; } = null!;

    /// <summary>The loopback port, the same for the engine's whole life.</summary>
    public int Port { get; private set; }

    /// <summary>Where it keeps its data.</summary>
    public string DataDirectory => data.Path;

    /// <summary>For ClickHouse without a database; for Kafka the bootstrap servers.</summary>
    public string ConnectionString => connectionString(this);

    /// <summary>Starts ClickHouse with a random password; <paramref name="arguments"/> are added to its command line.</summary>
    public static Task<EmbeddedEngine> StartClickHouseAsync(params string[] arguments)
    {
        var password = Guid.NewGuid().ToString("N");
        return StartNewAsync(new(
            "Embedded.ClickHouse",
            new Dictionary<string, string?>
            {
                ["Users__default__Password"] = password,
                ["Users__sql__Password"] = password,
                ["Users__sql__Tables"] = "*_sql.*",
            },
            arguments,
            engine => $"Host=127.0.0.1;Port={engine.Port};Username=default;Password={password}"));
    }

    /// <summary>Starts the broker; <paramref name="arguments"/> are added to its command line.</summary>
    public static Task<EmbeddedEngine> StartKafkaAsync(params string[] arguments) => StartNewAsync(new(
        "Embedded.Kafka", new Dictionary<string, string?>(), arguments, engine => $"127.0.0.1:{engine.Port}"));

    /// <summary><c>kill -9</c>.</summary>
    public Task KillAsync() => Process.Kill9Async();

    /// <summary>SIGTERM, and the exit code.</summary>
    public Task<int> StopAsync()
    {
        Process.Terminate();
        return Process.WaitForExitAsync();
    }

    /// <summary>Starts it again on the same data and port after <see cref="KillAsync"/> or <see cref="StopAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        if (Process is not null)
            await Process.DisposeAsync();
        Process = await ChildProcess.StartAsync(
            assembly, ["--data", DataDirectory, "--port", $"{Port}", "--exit-with-parent", .. arguments], "listening:", environment);
        Port = int.Parse(Process.ReadyText[(Process.ReadyText.LastIndexOf(':') + 1)..].TrimEnd('/'), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Process is not null)
            await Process.DisposeAsync();
        data.Dispose();
    }

    private static async Task<EmbeddedEngine> StartNewAsync(EmbeddedEngine engine)
    {
        try
        {
            await engine.StartAgainAsync();
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }
}
