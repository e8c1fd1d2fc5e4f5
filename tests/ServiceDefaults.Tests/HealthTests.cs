using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServiceDefaults.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task Live_answers_even_when_a_dependency_is_down()
    {
        await using var host = await Host.StartAsync(Check("kafka", () => HealthCheckResult.Unhealthy("no broker")));

        using var live = await host.GetAsync("/health/live");
        using var ready = await host.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
    }

    [Fact]
    public async Task Ready_names_each_check_with_status_duration_description_and_data()
    {
        await using var host = await Host.StartAsync(Check(
            "lag", () => HealthCheckResult.Degraded("behind", data: new Dictionary<string, object> { ["records"] = 12L })));

        using var answer = await host.GetAsync("/health/ready");
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("degraded", body.RootElement.GetProperty("status").GetString());
        var check = body.RootElement.GetProperty("checks").GetProperty("lag");
        Assert.Equal("degraded", check.GetProperty("status").GetString());
        Assert.Equal("behind", check.GetProperty("description").GetString());
        Assert.True(check.GetProperty("durationMs").GetDouble() >= 0);
        Assert.Equal(12, check.GetProperty("data").GetProperty("records").GetInt64());
    }

    [Fact]
    public async Task Only_checks_tagged_ready_decide_readiness()
    {
        await using var host = await Host.StartAsync(builder =>
            builder.Services.AddHealthChecks().AddCheck("other", () => HealthCheckResult.Unhealthy()));

        using var ready = await host.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public async Task A_thrown_exception_does_not_reach_the_reader()
    {
        await using var host = await Host.StartAsync(Check("control", () => throw new InvalidOperationException("Password=secret")));

        using var ready = await host.GetAsync("/health/ready");
        var body = await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_without_a_limit_gets_one()
    {
        await using var host = await Host.StartAsync(builder => builder.Services.AddHealthChecks()
            .AddCheck("slow", () => HealthCheckResult.Healthy(), ["ready"])
            .AddCheck("own", () => HealthCheckResult.Healthy(), ["ready"], TimeSpan.FromSeconds(1)));

        var options = host.App.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HealthCheckServiceOptions>>().Value;

        Assert.Equal(Health.Limit, options.Registrations.Single(check => check.Name == "slow").Timeout);
        Assert.Equal(TimeSpan.FromSeconds(1), options.Registrations.Single(check => check.Name == "own").Timeout);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/metrics")]
    public async Task Probes_are_open_and_unlimited_where_everything_else_is_closed(string path)
    {
        await using var host = await Host.StartAsync(
            builder =>
            {
                builder.Services.AddAuthentication().AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions, Nobody>("nobody", null);
                builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(
                    new AuthorizationPolicyBuilder("nobody").RequireAuthenticatedUser().Build());
                builder.Services.AddRateLimiter(limiter => limiter.GlobalLimiter =
                    System.Threading.RateLimiting.PartitionedRateLimiter.Create<Microsoft.AspNetCore.Http.HttpContext, string>(
                        _ => System.Threading.RateLimiting.RateLimitPartition.GetFixedWindowLimiter(
                            "all", _ => new() { PermitLimit = 1, Window = TimeSpan.FromHours(1) })));
            },
            app =>
            {
                app.UseRouting();
                app.UseRateLimiter();
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapGet("/closed", () => "never");
            });

        using var closed = await host.GetAsync("/closed");
        using var limited = await host.GetAsync("/closed");
        using var first = await host.GetAsync(path);
        using var second = await host.GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, closed.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, limited.StatusCode);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    private static Action<WebApplicationBuilder> Check(string name, Func<HealthCheckResult> check) =>
        builder => builder.Services.AddHealthChecks().AddCheck(name, check, [Health.Ready]);
}
