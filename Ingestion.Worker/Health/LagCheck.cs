using System.Globalization;
using Ingestion.Worker.Lanes;
using Ingestion.Worker.Write;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ingestion.Worker.Health;

/// <summary>Ready once the group has assigned partitions and they are loaded; not ready while inserts keep failing.</summary>
internal sealed class LagCheck(PipelineStatus status, ClickHouseWriter writer, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (status.Lanes is not { } lanes)
        {
            return HealthCheckResult.Unhealthy("The worker has not joined its consumer group yet.");
        }

        var data = lanes.ToDictionary(
            lane => $"{lane.Topic}/{lane.Partition.ToString(CultureInfo.InvariantCulture)}", lane => (object)lane.Lag);
        var lag = lanes.Sum(lane => lane.Lag);
        if (lanes.Any(lane => lane.State != nameof(LaneState.Running)))
        {
            return HealthCheckResult.Unhealthy("Partitions are being loaded.", data: data);
        }

        return writer.FailingSince is { } since && time.GetUtcNow() - since > Patience
            ? HealthCheckResult.Unhealthy($"Inserts have been failing since {since:O}; {lag} records wait in the log.", data: data)
            : HealthCheckResult.Healthy($"{lag} records wait in the log.", data);
    }
}
