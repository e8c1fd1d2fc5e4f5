using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ServiceDefaults;

/// <summary>What every process of the product does the same way: logs, telemetry, health, outgoing HTTP.</summary>
public static class ServiceDefaults
{
    /// <summary>
    /// Adds structured logs, OpenTelemetry, health checks, resilient outgoing HTTP and service discovery.
    /// A second call does nothing, so parts that each call it can share one process.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Any(service => service.ServiceType == typeof(Added)))
            return builder;

        builder.Services.AddSingleton<Added>();
        builder.AddLogDefaults();
        builder.AddTelemetry();
        builder.Services.AddHealth();
        builder.Services.AddDiscovery();
        builder.Services.AddResilience();
        return builder;
    }

    /// <summary>
    /// Maps <c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>: anonymous, never rate-limited, never traced.
    /// A second call does nothing.
    /// </summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (!app.Services.GetRequiredService<Added>().TryMap())
            return app;

        app.MapHealth();
        app.MapMetrics();
        return app;
    }

    private sealed class Added
    {
        private int mapped;

        public bool TryMap() => Interlocked.Exchange(ref mapped, 1) == 0;
    }
}
