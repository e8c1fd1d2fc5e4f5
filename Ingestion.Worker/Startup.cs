using Analytics.Contracts;
using Analytics.Contracts.Schema;
using Confluent.Kafka;
using Ingestion.Worker.Write;
using Microsoft.Extensions.Options;

namespace Ingestion.Worker;

/// <summary>Creates topics and tables before the pipeline reads, and waits for engines that are not up yet.</summary>
internal sealed partial class Startup(
    IConfiguration configuration, IOptions<IngestionOptions> options, IOptions<TopicOptions> topics, TimeProvider time, ILogger<Startup> logger)
    : BackgroundService
{
    private static readonly TimeSpan TwinTimeout = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task twins = Task.CompletedTask;

    /// <summary>Completes when topics and tables are there.</summary>
    public Task Ready => ready.Task;

    /// <summary>
    /// Partitions were added to a topic while the worker runs: those of its twin follow. Returns at once; what fails is tried again
    /// by the next call, as long as commits show that there is need.
    /// </summary>
    public void AddTwins()
    {
        if (twins.IsCompleted)
        {
            twins = Task.Run(AddTwinsAsync);
        }
    }

    private async Task AddTwinsAsync()
    {
        try
        {
            using var late = new CancellationTokenSource(TwinTimeout, time);
            await TopicProvisioner.EnsureAsync(configuration.GetConnectionString("kafka")!, topics.Value, late.Token);
            LogTwins();
        }
        catch (Exception e) when (e is KafkaException or OperationCanceledException)
        {
            LogNoTwins(e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var attempt = 1; !stoppingToken.IsCancellationRequested; attempt++)
        {
            try
            {
                await TopicProvisioner.EnsureAsync(configuration.GetConnectionString("kafka")!, topics.Value, stoppingToken);
                await SchemaMigrator.MigrateAsync(configuration.GetConnectionString("clickhouse")!, stoppingToken);
                ready.TrySetResult();
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogWaiting(attempt, e.Message);
                await Task.Delay(WriteRetry.Delay(attempt, options.Value.RetryDelay, options.Value.RetryMaxDelay), time, stoppingToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Waiting for Kafka and ClickHouse, try {Attempt}: {Reason}")]
    private partial void LogWaiting(int attempt, string reason);

    [LoggerMessage(LogLevel.Information, "Partitions were added to a topic: its intents have as many now")]
    private partial void LogTwins();

    [LoggerMessage(LogLevel.Warning, "Partitions were added to a topic, but not to its intents: {Reason}")]
    private partial void LogNoTwins(string reason);
}
