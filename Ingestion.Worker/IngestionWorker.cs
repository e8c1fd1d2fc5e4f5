using Analytics.Contracts;
using ClickHouse.Driver;
using Confluent.Kafka;
using Ingestion.Worker.Consume;
using Ingestion.Worker.DeadLetter;
using Ingestion.Worker.Dedup;
using Ingestion.Worker.Health;
using Ingestion.Worker.Lanes;
using Ingestion.Worker.Offsets;
using Ingestion.Worker.Reconcile;
using Ingestion.Worker.Telemetry;
using Ingestion.Worker.Write;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Ingestion.Worker;

/// <summary>The worker's table of contents: everything it is made of, in the order in which a record meets it.</summary>
public static class IngestionWorker
{
    /// <summary>Adds the worker. Reads <c>ConnectionStrings:kafka</c>, <c>ConnectionStrings:clickhouse</c> and <see cref="IngestionOptions"/>.</summary>
    public static IHostApplicationBuilder AddIngestionWorker(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<IngestionOptions>().BindConfiguration(IngestionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<TopicOptions>().BindConfiguration(TopicOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);

        // consume
        services.AddSingleton<ConsumerFactory>();
        services.AddSingleton<RangeReader>();

        // decode, deduplicate, batch
        services.AddSingleton<LaneSet>();
        services.AddSingleton<LaneLoader>();
        services.AddSingleton<DedupLoader>(provider => new DedupLoader(StoreOf(provider)));
        services.AddSingleton<StoredRanges>(provider => new StoredRanges(StoreOf(provider)));
        services.AddSingleton<Reconciler>();

        // commit intents, write, commit
        services.AddSingleton<OffsetLedger>();
        services.AddKeyedSingleton(StoreKey, (provider, _) => new ClickHouseClient(Connection(provider, "clickhouse")));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ClickHouseWriter>(provider, StoreOf(provider)));
        services.AddSingleton<BatchWriter>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DeadLetterProducer>(provider, CreateProducer(provider)));

        // tell
        services.AddSingleton<PipelineStatus>();
        services.AddSingleton<IngestionTelemetry>();
        services.AddHealthChecks().AddCheck<LagCheck>("worker", tags: ["ready"]);

        // start: topics and tables first, then the loop
        services.AddSingleton<Startup>();
        services.AddHostedService(provider => provider.GetRequiredService<Startup>());
        services.AddHostedService<Pipeline>();
        return builder;
    }

    private const string StoreKey = "ingestion";

    private static ClickHouseClient StoreOf(IServiceProvider provider) => provider.GetRequiredKeyedService<ClickHouseClient>(StoreKey);

    private static IProducer<byte[], byte[]> CreateProducer(IServiceProvider provider) =>
        new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = Connection(provider, "kafka"),
            EnableIdempotence = true,
            Acks = Acks.All,
            CompressionType = CompressionType.Lz4,
            LingerMs = 2,
            MessageTimeoutMs = 30_000,
            Partitioner = Partitioner.Murmur2Random,
        })
            .SetLogHandler((_, _) => { }) // failures are reported by the calls
            .Build();

    private static string Connection(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IConfiguration>().GetConnectionString(name)
        ?? throw new OptionsValidationException(name, typeof(string), [$"ConnectionStrings:{name} is missing."]);
}
