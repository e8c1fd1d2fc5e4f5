using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Analytics.Api.Health;

internal sealed class RedisCheck(IConnectionMultiplexer redis) : IHealthCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (redis.IsConnected)
            {
                await redis.GetDatabase().PingAsync().WaitAsync(Limit, cancellationToken);
                return HealthCheckResult.Healthy();
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
        }

        return HealthCheckResult.Degraded("It does not answer: answers are not cached.");
    }
}
