using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ServiceDefaults;

/// <summary>
/// Metrics always (scraped at <c>/metrics</c>); traces, logs and metrics over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.
/// Without it nothing subscribes to the activity sources, so tracing costs nothing.
/// </summary>
internal static class Telemetry
{
    /// <summary>Every activity source and meter of the product starts with this.</summary>
    public const string Ours = "Auterity.*";

    public const string MetricsPath = "/metrics";

    /// <summary>Bounds in seconds. Answers usually take single milliseconds, so the grid starts at 1 ms.</summary>
    private static readonly double[] Seconds =
        [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var exports = !string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

        builder.Services.AddSingleton<ProcessMeter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ProcessMeter>());
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                ServiceName(builder), serviceVersion: Version(), serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}"))
            .WithMetrics(metrics => metrics
                .AddMeter(Ours)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddView(FineBuckets)
                .AddPrometheusExporter());
        if (!exports)
            return;

        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeFormattedMessage = true;
            logs.IncludeScopes = true;
        });
        telemetry
            .WithTracing(traces => traces
                .AddSource(Ours)
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !IsProbe(context.Request.Path))
                .AddHttpClientInstrumentation())
            .UseOtlpExporter();
    }

    public static void MapMetrics(this WebApplication app) =>
        app.MapPrometheusScrapingEndpoint(MetricsPath).AllowAnonymous().DisableRateLimiting().DisableHttpMetrics();

    /// <summary>Probes and scrapes come every few seconds for ever: they would bury the traces that matter.</summary>
    public static bool IsProbe(PathString path) =>
        path.StartsWithSegments(Health.Root, StringComparison.Ordinal) || path.StartsWithSegments(MetricsPath, StringComparison.Ordinal);

    private static MetricStreamConfiguration? FineBuckets(Instrument instrument) =>
        instrument is { Unit: "s" } && instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Histogram<>)
            ? new ExplicitBucketHistogramConfiguration { Boundaries = Seconds }
            : null;

    private static string ServiceName(IHostApplicationBuilder builder) =>
        builder.Configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : builder.Environment.ApplicationName;

    private static string? Version() =>
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
