using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Api.Tests.Isolation;

/// <summary>
/// A walk through every route there is, by two tenants with the same ids, names and subjects, each asking for its own things and for the
/// other's. Nothing that either receives shows anything of the other.
/// </summary>
public sealed class EveryRouteTests(Neighbours neighbours) : IClassFixture<Neighbours>
{
    public static TheoryData<string> Routes => [.. Visits.All.Keys];

    [Fact]
    public void Every_route_of_the_application_is_visited()
    {
        var routes = neighbours.Tenants.Api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(Names);

        Assert.Equal(string.Join('\n', Visits.All.Keys.Order(StringComparer.Ordinal)), string.Join('\n', routes.Distinct().Order(StringComparer.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Shows_each_tenant_its_own_and_nothing_of_the_other(string route)
    {
        await Visits.All[route](new Visit(route, neighbours, neighbours.Own, neighbours.Foreign));
        await Visits.All[route](new Visit(route, neighbours, neighbours.Foreign, neighbours.Own));
    }

    private static IEnumerable<string> Names(RouteEndpoint route) =>
        (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
        .Where(method => method is not "HEAD")
        .Select(method => $"{method} /{route.RoutePattern.RawText!.Trim('/')}");
}
