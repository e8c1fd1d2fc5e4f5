#pragma warning disable ASPIRECERTIFICATES001 // WithoutHttpsCertificate: otherwise Redis speaks TLS wherever a developer certificate is trusted
using AppHost.ClickHouse;

namespace AppHost.Infra;

/// <summary>The engines as containers, each with a volume of its own name.</summary>
internal static class Containers
{
    public static Infrastructure AddContainers(this IDistributedApplicationBuilder builder)
    {
        var user = builder.AddParameter("clickhouse-user", "analytics", publishValueAsDefault: true, secret: false);
        var clickHouse = builder
            .AddClickHouse("clickhouse", user, builder.AddGeneratedSecret("clickhouse-password"), "analytics")
            .WithDataVolume("auterity-clickhouse");

        var kafka = builder.AddKafka("kafka")
            .WithDataVolume("auterity-kafka")
            .WithKafkaUI(ui => ui.WithHostPort(18080));

        var redis = builder.AddRedis("redis", password: builder.AddGeneratedSecret("redis-password")).WithoutHttpsCertificate();

        var control = builder.AddPostgres("postgres", password: builder.AddGeneratedSecret("postgres-password"))
            .WithImageTag("16.4") // before the volume: the data folder depends on the major version
            .WithDataVolume("auterity-postgres")
            .AddDatabase("control");

        return new(clickHouse, kafka, redis, control, [clickHouse, kafka, redis, control], [clickHouse, kafka], WorkerReplicas: 2);
    }
}
