using System.Text.Json;
using System.Text.RegularExpressions;
using Analytics.Api.Auth;
using Analytics.Api.OpenApi;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Api.Tests.OpenApi;

/// <summary>The description is complete and consistent in itself. What needs engines is in <see cref="ExamplesTests"/>.</summary>
public sealed class DescriptionTests(ApiApplication api) : IClassFixture<ApiApplication>
{
    [Fact]
    public async Task Every_route_is_described_and_nothing_else_is()
    {
        var routes = Routes().Select(route => $"{route.Method} {route.Path}").Order(StringComparer.Ordinal);

        var written = Areas.Merge()["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => $"{method.Key} {path.Key}")).Order(StringComparer.Ordinal);

        Assert.Equal(string.Join('\n', routes), string.Join('\n', written));
        Assert.True((await DescribedAsync()).Operations.Count > 15);
    }

    [Fact]
    public async Task Every_operation_has_a_name_of_its_own_a_summary_a_known_tag_and_its_parameters()
    {
        var description = await DescribedAsync();
        var tags = description.Document.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()).ToList();

        foreach (var (path, method, operation) in description.Operations)
        {
            var place = $"{method} {path}";
            Assert.True(operation.TryGetProperty("operationId", out var id) && Regex.IsMatch(id.GetString()!, "^[a-z][A-Za-z]+$"), $"{place}: add .WithName");
            Assert.True(operation.TryGetProperty("summary", out _), $"{place}: add .WithSummary");
            Assert.True(operation.TryGetProperty("tags", out var tag) && tag.GetArrayLength() == 1 && tags.Contains(tag[0].GetString()), $"{place}: no tag, or not in api.json");
            var parameters = operation.TryGetProperty("parameters", out var list) ? list.EnumerateArray().Select(description.Schemas.Resolve).ToList() : [];
            var inPath = parameters.Where(parameter => parameter.GetProperty("in").GetString() == "path").Select(parameter => parameter.GetProperty("name").GetString());
            Assert.Equal(Regex.Matches(path, @"\{(\w+)\}").Select(match => match.Groups[1].Value).Order(), inPath.Order());
            Assert.Contains(operation.GetProperty("responses").EnumerateObject(), response => response.Name[0] == '2');
        }

        Assert.Distinct(description.Operations.Select(operation => operation.Operation.GetProperty("operationId").GetString()));
    }

    [Fact]
    public async Task Security_is_that_of_the_policies()
    {
        var description = await DescribedAsync();
        var roles = new Dictionary<string, string[]>
        {
            [Policies.Authenticated] = [],
            [Policies.Ingest] = ["ingest", "admin"],
            [Policies.Viewer] = ["viewer", "analyst", "admin"],
            [Policies.Analyst] = ["analyst", "admin"],
            [Policies.Admin] = ["admin"],
            [Policies.Platform] = ["admin"],
        };

        foreach (var (path, method, route) in Routes().Where(route => route.Path.StartsWith("/api/", StringComparison.Ordinal)))
        {
            var security = description.Document.GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("security");
            if (route.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            {
                Assert.Equal(0, security.GetArrayLength());
                continue;
            }

            var expected = route.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(rule => roles[rule.Policy!]).Aggregate((some, others) => [.. some.Intersect(others)]);
            Assert.Equal(["bearer", "apiKey"], security.EnumerateArray().Select(requirement => requirement.EnumerateObject().Single().Name));
            Assert.All(security.EnumerateArray(), requirement => Assert.Equal(
                expected.Order(), requirement.EnumerateObject().Single().Value.EnumerateArray().Select(role => role.GetString()!).Order()));
        }
    }

    [Fact]
    public async Task Every_reference_leads_somewhere_and_every_component_is_used()
    {
        var description = await DescribedAsync();
        var used = Regex.Matches(description.Document.GetRawText(), "\"#/components/(\\w+/\\w+)\"").Select(match => match.Groups[1].Value).ToHashSet();

        var defined = description.Document.GetProperty("components").EnumerateObject()
            .SelectMany(kind => kind.Value.EnumerateObject().Select(component => $"{kind.Name}/{component.Name}"))
            .Where(name => !name.StartsWith("securitySchemes/", StringComparison.Ordinal)).ToHashSet();

        Assert.Empty(used.Except(defined));
        Assert.Empty(defined.Except(used));
    }

    [Fact]
    public async Task Every_example_fits_its_schema()
    {
        var description = await DescribedAsync();
        var checkedExamples = 0;

        Walk(description.Document.GetProperty("paths"), "");
        Walk(description.Document.GetProperty("components"), "");

        Assert.True(checkedExamples > 10);

        void Walk(JsonElement node, string place)
        {
            if (node.ValueKind != JsonValueKind.Object)
                return;
            if (node.TryGetProperty("schema", out var schema))
            {
                foreach (var example in Examples.Of(node))
                {
                    Assert.Empty(description.Schemas.Errors(schema, example, place));
                    checkedExamples++;
                }
            }

            foreach (var member in node.EnumerateObject())
                if (member.Name is not ("schema" or "schemas" or "example" or "examples"))
                    Walk(member.Value, $"{place}/{member.Name}");
        }
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere_and_offers_both_credentials()
    {
        using var client = api.CreateClient();

        var page = await client.GetStringAsync("/docs/");

        Assert.DoesNotMatch("""(src|href)=["']?(https?:)?//""", page);
        Assert.Contains("openapi/v1.json", page, StringComparison.Ordinal);
        Assert.Contains("bearer", page, StringComparison.Ordinal);
        Assert.Contains("apiKey", page, StringComparison.Ordinal);
        foreach (var script in Regex.Matches(page, "(?:src|href)=\"([^\"]+)\"").Select(match => match.Groups[1].Value))
        {
            using var file = await client.GetAsync(new Uri(new Uri("http://localhost/docs/"), script).AbsolutePath);
            Assert.True(file.IsSuccessStatusCode, script);
        }
    }

    private async Task<Description> DescribedAsync()
    {
        using var client = api.CreateClient();
        return await Description.ReadAsync(client);
    }

    private IEnumerable<(string Path, string Method, RouteEndpoint Route)> Routes() =>
        ApiDescription.Routes(api.Services.GetRequiredService<EndpointDataSource>());
}
