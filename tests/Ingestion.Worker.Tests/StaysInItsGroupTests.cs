using System.Text;
using Analytics.Contracts;
using Analytics.Contracts.Schema;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Embedded.Kafka;
using Embedded.Kafka.Protocol;
using TestKit;

namespace Ingestion.Worker.Tests;

/// <summary>What happens to the group and its topics while a worker runs, on a broker of its own in this process.</summary>
public sealed class StaysInItsGroupTests(WorkerEngines stack) : IClassFixture<WorkerEngines>, IAsyncLifetime
{
    private readonly TemporaryDirectory files = new();
    private readonly string database = Infrastructure.Unique("group");
    private Broker broker = null!;

    private string Store => $"{stack.ClickHouse.ConnectionString};Database={database}";

    public async ValueTask InitializeAsync()
    {
        broker = Broker.Start(new BrokerOptions { DataDirectory = files.Path, Port = 0 });
        await SchemaMigrator.MigrateAsync(Store, TestContext.Current.CancellationToken);
        await TopicProvisioner.EnsureAsync(
            broker.BootstrapServers, new TopicOptions { Partitions = WorkerEngines.Partitions }, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await broker.StopAsync();
        files.Dispose();
    }

    [Fact]
    public async Task A_pipeline_that_fails_leaves_its_group_so_that_nobody_waits_for_its_session()
    {
        // Longer than this test waits for anything: were the old member still there, the new one would get no partition in time.
        await using var worker = await StartAsync(("Ingestion:SessionTimeout", "00:05:00"));
        await SendAsync(0, 1);
        await StoredAsync(1);

        broker.Faults.FailNext(KafkaApi.Fetch, KafkaError.InvalidRequest); // nothing that the loop knows: it ends and begins anew
        await SendAsync(0, 2);

        await StoredAsync(2);
    }

    [Fact]
    public async Task Partitions_added_while_it_runs_are_stored_after_their_intents_have_a_place()
    {
        await using var worker = await StartAsync(("Ingestion:TopicRefresh", "00:00:01"));
        await SendAsync(0, 1);
        await StoredAsync(1);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).SetLogHandler((_, _) => { }).Build();

        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = Topics.Events, IncreaseTo = WorkerEngines.Partitions + 2 }]);
        for (var partition = 0; partition < WorkerEngines.Partitions + 2; partition++)
        {
            await SendAsync(partition, 10 + partition);
        }

        await StoredAsync(1 + WorkerEngines.Partitions + 2);
        Assert.Equal(
            WorkerEngines.Partitions + 2, admin.GetMetadata(Topics.Intents(Topics.Events), TimeSpan.FromSeconds(60)).Topics.Single().Partitions.Count);
    }

    private Task<RunningWorker> StartAsync((string, string) setting) => stack.StartWorkerAsync(
        ("ConnectionStrings:kafka", broker.BootstrapServers), ("ConnectionStrings:clickhouse", Store), setting);

    private async Task SendAsync(int partition, int id)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, AllowAutoCreateTopics = false })
            .SetLogHandler((_, _) => { }).Build();
        var headers = new Headers
        {
            { EventHeaders.Tenant, "acme"u8.ToArray() },
            { EventHeaders.Received, "1770000000000"u8.ToArray() },
        };
        var value = Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","type":"t"}""");
        await producer.ProduceAsync(
            new TopicPartition(Topics.Events, partition), new Message<byte[], byte[]> { Value = value, Headers = headers });
    }

    private Task StoredAsync(long expected) => Eventually.EqualsAsync(
        "all are stored, once", (expected, expected), async () => (
            await TestDatabase.ScalarAsync<long>(Store, "SELECT toInt64(count()) FROM events"),
            await TestDatabase.ScalarAsync<long>(Store, "SELECT toInt64(uniqExact(id)) FROM events")));
}
