namespace Analytics.Api.Health;

/// <summary>What <c>/health/ready</c> asks. Without Redis the API is slower, not wrong: degraded.</summary>
internal static class ApiHealth
{
    private static readonly string[] Ready = [ServiceDefaults.Health.Ready];

    public static void AddApiHealth(this IHostApplicationBuilder builder) => builder.Services.AddHealthChecks()
        .AddCheck<ControlStoreCheck>("control", tags: Ready)
        .AddCheck<ClickHouseCheck>("clickhouse", tags: Ready)
        .AddCheck<KafkaCheck>("kafka", tags: Ready)
        .AddCheck<RedisCheck>("redis", tags: Ready);
}
