using System.Text.Json;

namespace Analytics.Api.Tests.OpenApi;

/// <summary>The OpenAPI document of a running API, and what it says about a request and its answer.</summary>
internal sealed class Description
{
    private readonly List<(string Path, string Method, JsonElement Operation)> operations;

    private Description(JsonElement document)
    {
        Document = document;
        Schemas = new SchemaCheck(document);
        operations = [.. from path in document.GetProperty("paths").EnumerateObject()
                         from method in path.Value.EnumerateObject()
                         select (path.Name, method.Name.ToUpperInvariant(), method.Value)];
    }

    public JsonElement Document { get; }

    public SchemaCheck Schemas { get; }

    public IReadOnlyList<(string Path, string Method, JsonElement Operation)> Operations => operations;

    public static async Task<Description> ReadAsync(HttpClient client) =>
        new(JsonElement.Parse(await client.GetByteArrayAsync("/openapi/v1.json")));

    public static Description Of(ReadOnlyMemory<byte> utf8) => new(JsonElement.Parse(utf8.Span));

    public JsonElement Component(string kind, string name) => Document.GetProperty("components").GetProperty(kind).GetProperty(name);

    /// <summary>The members and values of a schema's <c>properties</c>.</summary>
    public JsonElement Properties(string schema) => Component("schemas", schema).GetProperty("properties");

    /// <summary>The operation a request goes to; null when no route is described for it. A path without parameters wins.</summary>
    public JsonElement? Find(string method, string path) =>
        operations.Where(operation => operation.Method == method && Matches(operation.Path, path))
            .OrderBy(operation => operation.Path.Contains('{', StringComparison.Ordinal)).Select(operation => (JsonElement?)operation.Operation).FirstOrDefault();

    /// <summary>The described answer, or null when the status is not described.</summary>
    public JsonElement? Response(JsonElement operation, int status) =>
        operation.TryGetProperty("responses", out var responses) && responses.TryGetProperty($"{status}", out var response) ? Schemas.Resolve(response) : null;

    /// <summary>What is wrong with an answer, measured by the description.</summary>
    public List<string> Errors(string method, string path, int status, string? mediaType, ReadOnlyMemory<byte> body)
    {
        if (Find(method, path) is not { } operation)
            return [];
        if (Response(operation, status) is not { } response)
            return status is 404 or 405 ? [] : [$"{method} {path} answered {status}, which is not described."];
        if (!response.TryGetProperty("content", out var content))
            return body.IsEmpty ? [] : [$"{method} {path} answered {status} with a body, and none is described."];
        if (mediaType is null || !content.TryGetProperty(mediaType, out var described))
            return [$"{method} {path} answered {status} with {mediaType ?? "no content type"}, which is not described."];
        if (!mediaType.EndsWith("json", StringComparison.Ordinal) || mediaType.Contains("ndjson", StringComparison.Ordinal))
            return [];

        return [.. Schemas.Errors(described.GetProperty("schema"), JsonElement.Parse(body.Span)).Select(error => $"{method} {path} answered {status}: {error}")];
    }

    private static bool Matches(string template, string path)
    {
        var (names, parts) = (template.Split('/'), path.Split('/'));
        return names.Length == parts.Length && names.Zip(parts).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second);
    }
}
