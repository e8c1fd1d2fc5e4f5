using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServiceDefaults;

namespace Standalone;

/// <summary>Waits until every check behind <c>/health/ready</c> is content, and says now and then what is still missing.</summary>
internal static partial class Readiness
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task WaitAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var checks = app.Services.GetRequiredService<HealthCheckService>();
        var quiet = Stopwatch.StartNew();
        while (true)
        {
            var report = await checks.CheckHealthAsync(check => check.Tags.Contains(Health.Ready), cancellationToken);
            if (report.Status != HealthStatus.Unhealthy)
                break;

            if (quiet.Elapsed > Patience)
            {
                LogWaiting(app.Logger, string.Join("; ", report.Entries.Where(check => check.Value.Status == HealthStatus.Unhealthy)
                    .Select(check => $"{check.Key}: {check.Value.Description}")));
                quiet.Restart();
            }

            await Task.Delay(Pause, cancellationToken);
        }

        StandaloneLogs.Ready();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Still waiting for {Checks}")]
    private static partial void LogWaiting(ILogger logger, string checks);
}
