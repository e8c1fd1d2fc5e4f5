using Analytics.Api.Control;
using Dapper;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Analytics.Api.Health;

internal sealed class ControlStoreCheck(ControlStore store, ControlStartup startup) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!startup.Done)
            return HealthCheckResult.Unhealthy("Its migrations have not run yet.");
        await using var connection = await store.OpenAsync(cancellationToken);
        await connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT COUNT(*) FROM tenants", cancellationToken: cancellationToken));
        return HealthCheckResult.Healthy();
    }
}
