using System.Net;
using Embedded.Kafka.Faults;
using Embedded.Kafka.Groups;
using Embedded.Kafka.Log;
using Embedded.Kafka.Network;
using Embedded.Kafka.Producers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Embedded.Kafka;

/// <summary>A single-node broker that speaks the Kafka protocol and keeps its log on disk.</summary>
public sealed partial class Broker : IAsyncDisposable
{
    private readonly DataDirectoryLock _lock;
    private readonly FlushThreads _flush;
    private readonly TopicStore _topics;
    private readonly OffsetStore _offsets;
    private readonly BrokerServices _services;
    private readonly Listener _listener;
    private readonly Maintenance _maintenance;
    private readonly ILogger _logger;
    private Task? _stopped;

    private Broker(BrokerOptions options, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger<Broker>();
        var started = options.Time.GetTimestamp();
        _lock = new DataDirectoryLock(options.DataDirectory);
        _flush = new FlushThreads(options.SyncThreads);
        try
        {
            var environment = new LogEnvironment(_flush, options.SyncBeforeAcknowledging, () => Faults.RefuseAppends, options.Time, _logger);
            _topics = new TopicStore(options, environment);
            _offsets = new OffsetStore(options.DataDirectory, environment);
            _offsets.KeepOnly(topic => _topics.Find(topic) is not null);
            var groups = new GroupCoordinator(_offsets, options.InitialRebalanceDelay, options.Time, _logger);
            _listener = new Listener(options, _logger);
            Port = _listener.Port;
            _services = new BrokerServices(options, _topics, groups, new ProducerIds(options.DataDirectory), Faults, new ByteBudget(options.MaxBufferBytes), new BrokerTelemetry())
            {
                Host = options.AdvertisedHost ?? (options.Bind is "0.0.0.0" or "::" ? Dns.GetHostName() : options.Bind),
                Port = options.AdvertisedPort ?? Port,
                ClusterId = ClusterId.Of(options.DataDirectory),
            };
            _services.Telemetry.Observe(() => _topics.All.Sum(t => t.Partitions.Sum(p => p.Bytes)) + _offsets.Bytes);
            _maintenance = new Maintenance(_services, _listener, _logger);
            _listener.Start(_services);
        }
        catch
        {
            _listener?.Dispose();
            _topics?.Dispose();
            _offsets?.Dispose();
            _flush.Dispose();
            _lock.Dispose();
            throw;
        }
        LogStarted(options.DataDirectory, _topics.All.Count, _topics.PartitionCount, options.Time.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>Misbehaviour on demand, for tests of clients.</summary>
    public BrokerFaults Faults { get; } = new();

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>What clients take as bootstrap servers.</summary>
    public string BootstrapServers => $"{_services.Host}:{_services.Port}";

    internal BrokerServices Services => _services;

    /// <summary>Recovers what is stored and begins to listen.</summary>
    /// <exception cref="DataDirectoryInUseException">Another broker uses the data directory.</exception>
    public static Broker Start(BrokerOptions options, ILoggerFactory? loggers = null) => new(options, loggers ?? NullLoggerFactory.Instance);

    /// <summary>Answers what was taken in, syncs and closes everything.</summary>
    public Task StopAsync() => _stopped ??= StopOnceAsync();

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StopOnceAsync()
    {
        await _listener.StopAsync();
        await _maintenance.DisposeAsync();
        var syncs = _topics.All.SelectMany(t => t.Partitions).Select(p => p.FlushAsync()).Append(_offsets.FlushAsync());
        await Task.WhenAll(syncs).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _flush.Dispose();
        _topics.Dispose();
        _offsets.Dispose();
        _services.Telemetry.Dispose();
        _lock.Dispose();
        LogStopped();
    }

    [LoggerMessage(LogLevel.Information, "Opened {Directory}: {Topics} topics, {Partitions} partitions, in {Milliseconds:F0} ms")]
    private partial void LogStarted(string directory, int topics, int partitions, double milliseconds);

    [LoggerMessage(LogLevel.Information, "Stopped; everything is on disk")]
    private partial void LogStopped();
}
