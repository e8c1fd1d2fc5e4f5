using System.Text.Json;
using System.Text.Json.Nodes;
using Analytics.Api.Query;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;

namespace Analytics.Api.OpenApi;

/// <summary>
/// The OpenAPI document. Parameters, bodies, answers and examples are written in <see cref="Areas"/>, because bodies are parsed by hand and
/// no generator could know them; what a route says in code (name, summary, tag, policy) comes from the route. Tests hold both together:
/// every route is written, and what tests send and receive fits the document.
/// </summary>
internal sealed class ApiDescription(EndpointDataSource routes, RouteSecurity security)
{
    private readonly Lazy<Task<byte[]>> document = new(() => WriteAsync(routes, security));

    /// <summary>UTF-8 JSON; made at the first request, when all routes are known.</summary>
    public Task<byte[]> Document => document.Value;

    private static async Task<byte[]> WriteAsync(EndpointDataSource routes, RouteSecurity security)
    {
        var document = Areas.Merge();
        var written = document["paths"]!.AsObject();
        var paths = new JsonObject();
        foreach (var (path, method, route) in Routes(routes))
        {
            if (paths[path] is not JsonObject item)
                paths[path] = item = [];
            item[method] = await DescribeAsync(route, path, written[path]?[method]?.AsObject(), security);
        }

        document["paths"] = paths;
        document["components"]!["schemas"]!["QueryKind"]!["enum"] = new JsonArray([.. QueryKinds.Names.Select(name => JsonValue.Create(name))]);
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    /// <summary>What is described: every route but the description itself and its page.</summary>
    public static IEnumerable<(string Path, string Method, RouteEndpoint Route)> Routes(EndpointDataSource routes) =>
        from route in routes.Endpoints.OfType<RouteEndpoint>()
        where route.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not { ExcludeFromDescription: true }
        let path = "/" + string.Join('/', route.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Text))))
        from method in route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        orderby path
        select (path, method.ToLowerInvariant(), route);

    private static async Task<JsonObject> DescribeAsync(RouteEndpoint route, string path, JsonObject? written, RouteSecurity security)
    {
        var operation = new JsonObject();
        if (route.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName is { } name)
            operation["operationId"] = JsonNamingPolicy.CamelCase.ConvertName(name);
        if (route.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary is { } summary)
            operation["summary"] = summary;
        if (route.Metadata.GetMetadata<ITagsMetadata>() is { } tags)
            operation["tags"] = new JsonArray([.. tags.Tags.Select(tag => JsonValue.Create(tag))]);
        foreach (var (member, value) in written ?? [])
            operation[member] = value?.DeepClone();
        if (path.StartsWith("/api/", StringComparison.Ordinal))
            await security.DescribeAsync(route, operation);
        return operation;
    }

    private static string Text(Microsoft.AspNetCore.Routing.Patterns.RoutePatternPart part) => part switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        _ => throw new NotSupportedException($"A path with {part}."),
    };
}
