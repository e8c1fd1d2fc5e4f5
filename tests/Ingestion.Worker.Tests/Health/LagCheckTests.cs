using System.Diagnostics.Metrics;
using ClickHouse.Driver;
using Confluent.Kafka;
using Ingestion.Worker.Dedup;
using Ingestion.Worker.Health;
using Ingestion.Worker.Lanes;
using Ingestion.Worker.Offsets;
using Ingestion.Worker.Telemetry;
using Ingestion.Worker.Write;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Ingestion.Worker.Tests.Health;

/// <summary>What the worker says of itself between joining its group and reading: a probe may come at any moment.</summary>
public sealed class LagCheckTests : IDisposable
{
    private static readonly TopicPartition Partition = new("analytics.events", 0);
    private readonly FakeTimeProvider time = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ClickHouseClient store = new("Host=127.0.0.1;Port=1");
    private readonly IngestionTelemetry telemetry;
    private readonly LaneSet lanes;
    private readonly PipelineStatus status;
    private readonly LagCheck check;

    // Never connects: the offsets it knows are asked for, nothing else.
    private readonly IConsumer<byte[]?, byte[]?> consumer =
        new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig { GroupId = "none", BootstrapServers = "127.0.0.1:1" }).SetLogHandler((_, _) => { }).Build();

    public LagCheckTests()
    {
        lanes = new LaneSet(Options.Create(new IngestionOptions()), time);
        status = new PipelineStatus(time);
        telemetry = new IngestionTelemetry(services.GetRequiredService<IMeterFactory>());
        var writer = new ClickHouseWriter(
            store, Options.Create(new IngestionOptions()), telemetry, time, NullLogger<ClickHouseWriter>.Instance);
        check = new LagCheck(status, writer, time);
    }

    public void Dispose()
    {
        lanes.DropAll();
        consumer.Dispose();
        telemetry.Dispose();
        store.Dispose();
        services.Dispose();
    }

    [Fact]
    public async Task Not_ready_before_the_group_has_assigned_anything() =>
        Assert.Equal(HealthStatus.Unhealthy, (await check.CheckHealthAsync(new())).Status);

    [Fact]
    public async Task Joined_with_partitions_that_are_not_loaded_is_not_ready_even_right_after_an_update_without_any()
    {
        status.Update(lanes, consumer); // as the loop does until the group answers: the next one is due in a second
        Assert.Null(status.Lanes);

        lanes.Add(Partition);
        status.Joined(lanes, consumer);

        Assert.Single(status.Lanes!);
        Assert.Equal(HealthStatus.Unhealthy, (await check.CheckHealthAsync(new())).Status);
    }

    [Fact]
    public async Task Ready_when_the_last_partition_is_loaded_without_waiting_for_the_next_second()
    {
        lanes.Add(Partition);
        status.Joined(lanes, consumer);

        Run(lanes.Find(Partition)!);
        status.Update(lanes, consumer);

        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new())).Status);
    }

    [Fact]
    public async Task Joined_without_a_partition_is_ready()
    {
        status.Joined(lanes, consumer);

        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new())).Status);
    }

    [Fact]
    public async Task Who_has_left_the_group_is_not_ready_whatever_it_had_loaded()
    {
        lanes.Add(Partition);
        Run(lanes.Find(Partition)!);
        status.Joined(lanes, consumer);

        lanes.DropAll();
        status.Left();

        Assert.Null(status.Lanes);
        Assert.Equal(HealthStatus.Unhealthy, (await check.CheckHealthAsync(new())).Status);
    }

    private static void Run(Lane lane)
    {
        lane.Load(Position.Idle(Partition, 0), (_, _) => new TaskCompletionSource<DedupWindow>().Task);
        lane.TakeWindow(new DedupWindow(TimeSpan.FromHours(1), 1_000));
        lane.Run();
    }
}
