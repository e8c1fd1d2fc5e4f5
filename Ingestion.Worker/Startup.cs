using Analytics.Contracts;
using Analytics.Contracts.Schema;
using Ingestion.Worker.Write;
using Microsoft.Extensions.Options;

namespace Ingestion.Worker;

/// <summary>Creates topics and tables before the pipeline reads, and waits for engines that are not up yet.</summary>
internal sealed partial class Startup(
    IConfiguration configuration, IOptions<IngestionOptions> options, IOptions<TopicOptions> topics, TimeProvider time, ILogger<Startup> logger)
    : BackgroundService
{
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when topics and tables are there.</summary>
    public Task Ready => ready.Task;

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
}
