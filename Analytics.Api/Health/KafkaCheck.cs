using Analytics.Api.Engines;
using Confluent.Kafka;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Analytics.Api.Health;

internal sealed class KafkaCheck(IAdminClient kafka, EngineStartup startup) : IHealthCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!startup.TopicsExist)
            return HealthCheckResult.Unhealthy("Its topics have not been created yet.");
        try
        {
            var cluster = await kafka.DescribeClusterAsync(new() { RequestTimeout = Limit }).WaitAsync(Limit, cancellationToken);
            return HealthCheckResult.Healthy(data: new Dictionary<string, object> { ["brokers"] = cluster.Nodes.Count });
        }
        catch (Exception exception) when (exception is KafkaException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("It does not answer: events are refused.");
        }
    }
}
