using Analytics.Api.Engines;
using ClickHouse.Driver;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Analytics.Api.Health;

internal sealed class ClickHouseCheck(IClickHouseClient clickHouse, EngineStartup startup) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!startup.TablesExist)
            return HealthCheckResult.Unhealthy("Its tables have not been created yet.");
        try
        {
            await clickHouse.ExecuteScalarAsync("SELECT 1", null, null, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is HttpRequestException or ClickHouseServerException)
        {
            return HealthCheckResult.Unhealthy("It does not answer: events are accepted, queries fail.");
        }
    }
}
