using System.Globalization;
using System.Text;
using Analytics.Contracts;
using Analytics.Contracts.Schema;
using ClickHouse.Driver.ADO;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TestKit;

namespace Ingestion.Worker.Tests;

/// <summary>Real ClickHouse and a real broker, each a process of its own, with any number of workers in this process or beside it.</summary>
public sealed class WorkerEngines : IAsyncLifetime
{
    public const int Partitions = 2;
    private readonly List<ChildProcess> processes = [];
    private IProducer<byte[], byte[]>? producer;

    public EmbeddedEngine ClickHouse { get; private set; } = null!;

    public EmbeddedEngine Kafka { get; private set; } = null!;

    public string Store => ClickHouse.ConnectionString + ";Database=analytics";

    public async ValueTask InitializeAsync()
    {
        var engines = await Task.WhenAll(EmbeddedEngine.StartClickHouseAsync(), EmbeddedEngine.StartKafkaAsync());
        (ClickHouse, Kafka) = (engines[0], engines[1]);
        await SchemaMigrator.MigrateAsync(Store, TestContext.Current.CancellationToken);
        await TopicProvisioner.EnsureAsync(Kafka.ConnectionString, new TopicOptions { Partitions = Partitions }, TestContext.Current.CancellationToken);
    }

    public async Task<RunningWorker> StartWorkerAsync(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(Settings(settings));
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new OutputLoggerProvider());
        builder.AddIngestionWorker();
        var host = builder.Build();
        await host.StartAsync();
        return new RunningWorker(host);
    }

    public async Task<ChildProcess> StartWorkerProcessAsync(params (string Key, string Value)[] settings)
    {
        var environment = Settings(settings).ToDictionary(entry => entry.Key.Replace(":", "__", StringComparison.Ordinal), entry => entry.Value);
        environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        var process = await ChildProcess.StartAsync("Ingestion.Worker", [], environment: environment);
        processes.Add(process);
        return process;
    }

    /// <summary>Sends events as the API would and returns once the broker has acknowledged all of them.</summary>
    public async Task SendAsync(string tenant, IEnumerable<string> events, DateTimeOffset? received = null)
    {
        producer ??= new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = Kafka.ConnectionString,
            EnableIdempotence = true,
            LingerMs = 5,
            Partitioner = Partitioner.Murmur2Random,
        }).SetLogHandler((_, _) => { }).Build();
        var headers = new Headers
        {
            { EventHeaders.Tenant, Encoding.UTF8.GetBytes(tenant) },
            {
                EventHeaders.Received,
                Encoding.ASCII.GetBytes((received ?? DateTimeOffset.Parse("2026-05-04T10:00:00Z", CultureInfo.InvariantCulture)).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture))
            },
        };
        var reader = new EventReader();
        await Task.WhenAll(events.Select(json =>
        {
            var value = Encoding.UTF8.GetBytes(json);
            var readable = reader.TryRead(value, long.MaxValue / 4, out _);
            var key = readable ? EventKey.Create(Encoding.UTF8.GetBytes(tenant), reader.Subject, reader.Id) : value[..Math.Min(8, value.Length)];
            return producer.ProduceAsync(Topics.Events, new Message<byte[], byte[]> { Key = key, Value = value, Headers = headers });
        }));
    }

    public async Task<long> CountAsync(string sql)
    {
        using var connection = new ClickHouseConnection(Store);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public Task<long> StoredAsync(string tenant) => CountAsync($"SELECT count() FROM events WHERE tenant = '{tenant}'");

    public Task<long> LedgerAsync(string tenant, string column) =>
        CountAsync($"SELECT sum({column}) FROM ledger WHERE tenant = '{tenant}' AND topic = '{Topics.Events}'");

    public Task AllAccountedAsync(string tenant, long accepted) =>
        Eventually.EqualsAsync("the ledger accounts for every record", accepted, () => LedgerAsync(tenant, "accepted"), TimeSpan.FromSeconds(180));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        producer?.Dispose();
        await Kafka.DisposeAsync();
        await ClickHouse.DisposeAsync();
    }

    private Dictionary<string, string?> Settings((string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["ConnectionStrings:kafka"] = Kafka.ConnectionString,
            ["ConnectionStrings:clickhouse"] = Store,
            ["Topics:Partitions"] = Partitions.ToString(CultureInfo.InvariantCulture),
            ["Ingestion:FlushInterval"] = "00:00:00.050",
            ["Ingestion:SessionTimeout"] = "00:00:06",
            ["Ingestion:RetryDelay"] = "00:00:00.050",
            ["Ingestion:RetryMaxDelay"] = "00:00:00.500",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return all;
    }
}

/// <summary>A worker in this process. Disposing it stops it as a deployment would.</summary>
public sealed class RunningWorker(IHost host) : IAsyncDisposable
{
    public IServiceProvider Services => host.Services;

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(TimeSpan.FromSeconds(60));
        host.Dispose();
    }
}
