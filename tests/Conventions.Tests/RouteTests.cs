using System.Net;
using Analytics.Api;
using Analytics.Api.Auth;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TestKit;

namespace Conventions.Tests;

/// <summary>Every route says who may use it. A new open route must be added to the list here, where a reviewer sees it.</summary>
public sealed class RouteTests : IDisposable
{
    private static readonly string[] Open =
    [
        "GET /docs/favicon.svg",
        "GET /docs/scalar.aspnetcore.js",
        "GET /docs/scalar.js",
        "GET /docs/{documentName?}",
        "GET /health/live",
        "GET /health/ready",
        "GET /metrics",
        "GET /openapi/v1.json",
        "POST /api/v1/auth/logout",
        "POST /api/v1/auth/refresh",
        "POST /api/v1/auth/token",
    ];

    private readonly TemporaryDirectory directory = new();
    private readonly WebApplicationFactory<ApiMarker> api;

    public RouteTests() => api = new WebApplicationFactory<ApiMarker>().WithWebHostBuilder(host => host
        .UseEnvironment("Production")
        .UseSetting("ConnectionStrings:clickhouse", "Host=127.0.0.1;Port=1;Database=analytics")
        .UseSetting("ConnectionStrings:kafka", "127.0.0.1:1")
        .UseSetting("ConnectionStrings:redis", "127.0.0.1:1")
        .UseSetting("ConnectionStrings:control", $"Data Source={directory.Combine("control.db")};Pooling=False")
        .UseSetting("Bootstrap:AdminPassword", "correct horse battery")
        .UseSetting("Auth:SigningKeyFile", directory.Combine("signing.pem"))
        .UseSetting("Auth:CreateSigningKey", "true"));

    [Fact]
    public void Only_the_listed_routes_are_open()
    {
        var open = Routes().Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is not null).SelectMany(Names);

        Assert.Equal(string.Join('\n', Open), string.Join('\n', open.Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Every_other_route_names_a_policy_of_ours()
    {
        var policies = new[] { Policies.Ingest, Policies.Viewer, Policies.Analyst, Policies.Admin, Policies.Platform, Policies.Authenticated };

        var without = Closed()
            .Where(route => !route.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(rule => policies.Contains(rule.Policy)))
            .SelectMany(Names);

        Assert.Empty(without);
    }

    [Fact]
    public async Task Without_a_credential_every_other_route_answers_401()
    {
        using var client = api.CreateClient();
        foreach (var name in Closed().SelectMany(Names).Distinct())
        {
            var (method, path) = (name.Split(' ')[0], name.Split(' ')[1]);
            using var request = new HttpRequestMessage(new HttpMethod(method), System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]*\}", "x"));
            if (method is "POST" or "PUT")
                request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");

            using var answer = await client.SendAsync(request);

            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{name} answered {answer.StatusCode}");
        }
    }

    public void Dispose()
    {
        api.Dispose();
        directory.Dispose();
    }

    private IEnumerable<RouteEndpoint> Closed() => Routes().Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is null);

    private List<RouteEndpoint> Routes()
    {
        var routes = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.True(routes.Count > 15, "The application has no routes: this test looks in the wrong place.");
        return routes;
    }

    private static IEnumerable<string> Names(RouteEndpoint route) =>
        (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
        .Where(method => method is not "HEAD")
        .Select(method => $"{method} /{route.RoutePattern.RawText!.TrimStart('/')}");
}
