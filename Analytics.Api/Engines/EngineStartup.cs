using Analytics.Contracts;
using Analytics.Contracts.Schema;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Engines;

/// <summary>
/// Creates ClickHouse's tables and Kafka's topics. An engine that is not up yet must not stop the API from accepting what the
/// other one can take, so each is tried until it succeeds, beside the first requests; readiness tells when it is done.
/// </summary>
internal sealed partial class EngineStartup(
    IConfiguration configuration, IOptions<TopicOptions> topics, TimeProvider time, ILogger<EngineStartup> log) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250), LongestPause = TimeSpan.FromSeconds(10);
    private readonly TaskCompletionSource topicsCreated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>ClickHouse has all tables.</summary>
    public bool TablesExist { get; private set; }

    /// <summary>Kafka has all topics.</summary>
    public bool TopicsExist => topicsCreated.Task.IsCompleted;

    /// <summary>
    /// Completes when Kafka has all topics. Nothing may be produced before: a broker can be told to create a topic at its
    /// first record, with the wrong number of partitions.
    /// </summary>
    public Task TopicsCreated => topicsCreated.Task;

    // Reading the connection strings here makes a missing one stop the start.
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        ConnectionStrings.Required(configuration, ConnectionStrings.ClickHouse);
        ConnectionStrings.Required(configuration, ConnectionStrings.Kafka);
        ConnectionStrings.Required(configuration, ConnectionStrings.Redis);
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync("ClickHouse", CreateTablesAsync, stoppingToken),
        RepeatAsync("Kafka", CreateTopicsAsync, stoppingToken));

    private async Task CreateTablesAsync(CancellationToken cancellation)
    {
        await SchemaMigrator.MigrateAsync(ConnectionStrings.Required(configuration, ConnectionStrings.ClickHouse), cancellation);
        TablesExist = true;
    }

    private async Task CreateTopicsAsync(CancellationToken cancellation)
    {
        await TopicProvisioner.EnsureAsync(ConnectionStrings.Required(configuration, ConnectionStrings.Kafka), topics.Value, cancellation);
        topicsCreated.SetResult();
    }

    private async Task RepeatAsync(string engine, Func<CancellationToken, Task> step, CancellationToken stopping)
    {
        await Task.Yield();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await step(stopping).WaitAsync(stopping); // the clients cannot cancel every call: a stop must not wait for an engine that is away
                return;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                Failed(engine, pause, exception.Message);
            }

            await Task.Delay(pause, time, stopping);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Engine} could not be prepared, trying again after {Pause}: {Reason}")]
    private partial void Failed(string engine, TimeSpan pause, string reason);
}
