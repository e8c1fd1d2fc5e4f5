using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;

namespace ServiceDefaults.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_show_the_process_the_runtime_and_our_meters()
    {
        using var meter = new Meter("Auterity.Something");
        await using var host = await Host.StartAsync();
        meter.CreateCounter<long>("something.done", "{thing}").Add(3);

        var text = await host.ReadAsync("/metrics");

        Assert.Contains("process_cpu_time_seconds_total{", text, StringComparison.Ordinal);
        Assert.Contains("cpu_mode=\"user\"", text, StringComparison.Ordinal);
        Assert.Contains("process_memory_usage_bytes", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_", text, StringComparison.Ordinal);
        Assert.Contains("something_done_total", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_durations_have_millisecond_buckets_and_leave_probes_out()
    {
        await using var host = await Host.StartAsync(map: app => app.MapGet("/hello", () => "hello"));

        await host.ReadAsync("/hello");
        await host.ReadAsync("/health/live");
        await host.ReadAsync("/metrics");
        var durations = (await host.ReadAsync("/metrics")).Split('\n')
            .Where(line => line.StartsWith("http_server_request_duration_seconds_bucket", StringComparison.Ordinal)).ToList();

        Assert.Contains(durations, line => line.Contains("http_route=\"/hello\"", StringComparison.Ordinal)
            && line.Contains("le=\"0.001\"", StringComparison.Ordinal));
        Assert.DoesNotContain(durations, line => line.Contains("http_route=\"/health", StringComparison.Ordinal)
            || line.Contains("http_route=\"/metrics", StringComparison.Ordinal)); // other hosts of this process are measured too
    }

    [Fact]
    public async Task Defaults_added_and_mapped_twice_count_once()
    {
        await using var host = await Host.StartAsync(builder => builder.AddServiceDefaults(), app => app.MapServiceDefaults());

        var lines = (await host.ReadAsync("/metrics")).Split('\n');

        Assert.Single(lines, line => line.StartsWith("process_uptime_seconds{", StringComparison.Ordinal)
            || line.StartsWith("process_uptime_seconds ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Traces_are_made_only_when_there_is_somewhere_to_send_them()
    {
        await using var without = await Host.StartAsync();
        await using var with = await Host.StartAsync(endpoint: "http://127.0.0.1:1");

        Assert.Null(without.App.Services.GetService<TracerProvider>());
        Assert.NotNull(with.App.Services.GetService<TracerProvider>());
    }

    [Theory]
    [InlineData("/health/ready", true)]
    [InlineData("/metrics", true)]
    [InlineData("/healthy", false)]
    [InlineData("/api/v1/events", false)]
    public void Probes_are_not_traced(string path, bool probe) => Assert.Equal(probe, Telemetry.IsProbe(new PathString(path)));
}
