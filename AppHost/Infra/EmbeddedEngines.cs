namespace AppHost.Infra;

/// <summary>
/// The engines of this repository as projects, SQLite as control store, no Redis: its clients do without. Data in <c>data/apphost</c>.
/// </summary>
internal static class EmbeddedEngines
{
    /// <summary>The broker tells clients its own address, so no proxy may stand before it and its port is fixed.</summary>
    private const int KafkaPort = 19092;
    private const string KafkaPortText = "19092";

    public static Infrastructure AddEmbeddedEngines(this IDistributedApplicationBuilder builder)
    {
        var password = builder.AddGeneratedSecret("clickhouse-password");
        var clickHouseEngine = builder.AddProject<Projects.Embedded_ClickHouse>("embedded-clickhouse", launchProfileName: null)
            .WithHttpEndpoint(name: "http")
            .WithArgs("--data", builder.DataFile("clickhouse"))
            .WithEnvironment("Users__default__Password", password)
            .WithHttpHealthCheck("/ping", endpointName: "http");
        var http = clickHouseEngine.GetEndpoint("http");
        var clickHouse = builder.AddConnectionString("clickhouse", ReferenceExpression.Create(
            $"Host={http.Property(EndpointProperty.Host)};Port={http.Property(EndpointProperty.Port)};Username=default;Password={password.Resource};Database=analytics"));

        var kafkaEngine = builder.AddProject<Projects.Embedded_Kafka>("embedded-kafka", launchProfileName: null)
            .WithEndpoint(port: KafkaPort, scheme: "tcp", name: "tcp", isProxied: false)
            .WithArgs("--data", builder.DataFile("kafka"), "--port", KafkaPortText);
        var kafka = builder.AddConnectionString("kafka", ReferenceExpression.Create($"127.0.0.1:{KafkaPortText}"));

        var redis = builder.AddConnectionString("redis", ReferenceExpression.Create($"127.0.0.1:6379,abortConnect=false"));
        var control = builder.AddConnectionString("control", ReferenceExpression.Create($"Data Source={builder.DataFile("control.db")}"));

        return new(clickHouse, kafka, redis, control, [clickHouseEngine, kafkaEngine], [clickHouseEngine, kafkaEngine], WorkerReplicas: 1);
    }
}
