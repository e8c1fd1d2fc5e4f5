using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServiceDefaults;

/// <summary>
/// <c>/health/live</c> says the process answers; <c>/health/ready</c> runs every check tagged <see cref="Ready"/>.
/// 200 when healthy or degraded, 503 when not; the body names each check, its status, duration and description.
/// </summary>
public static class Health
{
    /// <summary>Tag of the checks behind <c>/health/ready</c>.</summary>
    public const string Ready = "ready";

    internal const string Root = "/health";

    /// <summary>A check without its own limit: a hanging dependency must not hang the probe.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    internal static void AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks();
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(check => check.Timeout <= TimeSpan.Zero))
                check.Timeout = Limit;
        });
    }

    internal static void MapHealth(this WebApplication app)
    {
        var group = app.MapGroup(Root).AllowAnonymous().DisableRateLimiting().DisableHttpMetrics();
        group.MapHealthChecks("/live", new() { Predicate = _ => false, ResponseWriter = WriteAsync });
        group.MapHealthChecks("/ready", new() { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync });
    }

    /// <summary>Never the exception itself: the endpoint is open to everybody who can reach it.</summary>
    private static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", Word(report.Status));
        json.WriteNumber("durationMs", Milliseconds(report.TotalDuration));
        json.WriteStartObject("checks");
        foreach (var (name, check) in report.Entries)
        {
            json.WriteStartObject(name);
            json.WriteString("status", Word(check.Status));
            json.WriteNumber("durationMs", Milliseconds(check.Duration));
            json.WriteString("description", Describe(check));
            WriteData(json, check.Data);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    private static void WriteData(Utf8JsonWriter json, IReadOnlyDictionary<string, object> data)
    {
        if (data.Count == 0)
            return;

        json.WriteStartObject("data");
        foreach (var (key, value) in data)
        {
            json.WritePropertyName(key);
            JsonSerializer.Serialize(json, value, value.GetType());
        }

        json.WriteEndObject();
    }

    // The framework puts the exception's message into the description when a check throws.
    private static string? Describe(HealthReportEntry check) =>
        check.Exception is null || check.Description != check.Exception.Message ? check.Description : "The check failed; the log has the cause.";

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };

    private static double Milliseconds(TimeSpan duration) => Math.Round(duration.TotalMilliseconds, 1);
}
