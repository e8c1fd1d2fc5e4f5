using System.Text.Json;

namespace Standalone.Engines;

/// <summary>
/// ClickHouse and Kafka as child processes, Garnet in this one. Ports and passwords are known before anything runs, so that the rest of
/// the program is put together while the engines start.
/// </summary>
internal sealed partial class EmbeddedEngines : IAsyncDisposable
{
    private static readonly TimeSpan KafkaStop = TimeSpan.FromSeconds(1.2);
    private static readonly TimeSpan ClickHouseStop = TimeSpan.FromSeconds(2.8);

    private readonly Engine clickHouse;
    private readonly Engine kafka;
    private readonly Func<EmbeddedRedis> startRedis;
    private readonly ILogger log;
    private Task startingRedis = Task.CompletedTask;
    private EmbeddedRedis? redis;

    public EmbeddedEngines(DataDirectory data, ILoggerFactory logs)
    {
        log = logs.CreateLogger<EmbeddedEngines>();
        var (ports, password, redisPassword) = (Ports.Choose(data), data.Secret("clickhouse-password"), Guid.NewGuid().ToString("N"));
        var sqlPassword = data.Secret("clickhouse-sql-password");
        clickHouse = new(ClickHouseProcess.Describe(data, ports.ClickHouse, password, sqlPassword), log);
        kafka = new(KafkaProcess.Describe(data, ports.Kafka), log);
        startRedis = () => EmbeddedRedis.Start(ports.Redis, redisPassword);
        Configuration = new()
        {
            ["ConnectionStrings:clickhouse"] = ClickHouseProcess.ConnectionString(ports.ClickHouse, password),
            ["ConnectionStrings:clickhouse-sql"] = ClickHouseProcess.ConnectionString(ports.ClickHouse, sqlPassword, "sql"),
            ["ConnectionStrings:kafka"] = KafkaProcess.ConnectionString(ports.Kafka),
            ["ConnectionStrings:redis"] = EmbeddedRedis.ConnectionString(ports.Redis, redisPassword),
        };
    }

    /// <summary>The connection strings, as every other way of running the product gives them.</summary>
    public Dictionary<string, string?> Configuration { get; }

    /// <summary>Starts all three side by side.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        startingRedis = Task.Run(StartRedis, cancellationToken);
        return Task.WhenAll(clickHouse.StartAsync(cancellationToken), kafka.StartAsync(cancellationToken), startingRedis);
    }

    /// <summary>Stops them after everything that uses them has stopped: the broker first, the database last.</summary>
    public async Task StopAsync()
    {
        await kafka.StopAsync(KafkaStop);
        await clickHouse.StopAsync(ClickHouseStop);
        await startingRedis.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        redis?.Dispose();
        redis = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await kafka.DisposeAsync();
        await clickHouse.DisposeAsync();
    }

    // Losing it costs speed, never truth: not even its start may stop the rest.
    private void StartRedis()
    {
        try
        {
            redis = startRedis();
        }
        catch (Exception exception)
        {
            LogNoRedis(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cache did not start; answers are slower without it")]
    private partial void LogNoRedis(Exception exception);

    /// <summary>Kept in the data folder, so that tools that look at the engines find them at the same place tomorrow.</summary>
    private sealed record Ports(int ClickHouse, int Kafka, int Redis)
    {
        public static Ports Choose(DataDirectory data)
        {
            var file = Path.Combine(data.Path, "ports.json");
            var before = Read(file);
            var now = new Ports(LoopbackPort.Choose(before.ClickHouse), LoopbackPort.Choose(before.Kafka), LoopbackPort.Choose(before.Redis));
            if (now != before)
                File.WriteAllText(file, JsonSerializer.Serialize(now));
            return now;
        }

        private static Ports Read(string file)
        {
            try
            {
                return File.Exists(file) ? JsonSerializer.Deserialize<Ports>(File.ReadAllText(file)) ?? new(0, 0, 0) : new(0, 0, 0);
            }
            catch (JsonException)
            {
                return new(0, 0, 0); // torn by a crash; it is only a preference
            }
        }
    }
}
