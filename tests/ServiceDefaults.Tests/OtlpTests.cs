using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ServiceDefaults.Tests;

/// <summary>Against a receiver that takes what exporters post.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task Traces_metrics_and_logs_reach_the_configured_endpoint()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using var receiver = await StartReceiverAsync(received);
        await using var host = await Host.StartAsync(
            builder => builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            app => app.MapGet("/hello", () => "hello"),
            endpoint: receiver.Urls.First());
        using var source = new ActivitySource("Auterity.Something");

        await host.ReadAsync("/hello");
        await host.ReadAsync("/health/live");
        source.StartActivity("did something")?.Dispose();
        host.App.Logger.Noted("a note");
        host.App.Services.GetRequiredService<TracerProvider>().ForceFlush(5_000);
        host.App.Services.GetRequiredService<MeterProvider>().ForceFlush(5_000);
        host.App.Services.GetRequiredService<LoggerProvider>().ForceFlush(5_000);

        Assert.Contains("GET /hello", received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("did something", received["/v1/traces"], StringComparison.Ordinal);
        Assert.DoesNotContain("GET /health", received["/v1/traces"], StringComparison.Ordinal);
        Assert.Contains("process.cpu.time", received["/v1/metrics"], StringComparison.Ordinal);
        Assert.Contains("a note", received["/v1/logs"], StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartReceiverAsync(ConcurrentDictionary<string, string> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/v1/{signal}", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.AddOrUpdate(request.Path, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}

internal static partial class Notes
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Text}")]
    public static partial void Noted(this ILogger logger, string text);
}
