using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Analytics.Api.Tests.Admin;

namespace Analytics.Api.Tests.OpenApi;

/// <summary>Whoever copies an example out of the description gets an answer, and it looks as described (<see cref="DescribedAnswers"/>).</summary>
public sealed class ExamplesTests(EngineApi engines) : IClassFixture<EngineApi>
{
    [Fact]
    public async Task Every_request_example_is_accepted_by_the_running_api()
    {
        using var admin = await engines.Api.LoginAsync();
        var description = await Description.ReadAsync(admin);
        var sent = 0;

        foreach (var (path, method, operation) in description.Operations.Where(operation => operation.Operation.TryGetProperty("requestBody", out _)))
        {
            foreach (var (type, example) in Bodies(description, operation))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), await FillAsync(admin, path, method))
                {
                    Content = new StringContent(example.ValueKind == JsonValueKind.String ? example.GetString()! : Unique(example, sent), Encoding.UTF8, type),
                };

                using var answer = await admin.SendAsync(request);

                Assert.True(answer.IsSuccessStatusCode, $"{method} {path} with {example}\n{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
                sent++;
            }
        }

        Assert.True(sent > 10);
    }

    [Fact]
    public async Task Every_route_that_only_reads_answers_as_described()
    {
        using var admin = await engines.Api.LoginAsync();
        var description = await Description.ReadAsync(admin);

        foreach (var (path, method, operation) in description.Operations.Where(operation => operation.Method == "GET"))
        {
            var parameters = operation.TryGetProperty("parameters", out var list) ? list.EnumerateArray().Select(description.Schemas.Resolve).ToList() : [];
            var query = string.Join('&', parameters.Where(parameter => parameter.GetProperty("in").GetString() == "query").SelectMany(QueryString));
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{await FillAsync(admin, path, method)}?{query}");

            using var answer = await admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

            Assert.True(answer.IsSuccessStatusCode, $"{path}?{query}: {answer.StatusCode}");
        }
    }

    [Fact]
    public void What_does_not_fit_is_noticed()
    {
        var document = JsonElement.Parse("""{"components":{"schemas":{"N":{"type":"integer","minimum":1}}}}""");
        var check = new SchemaCheck(document);
        var schema = JsonElement.Parse("""{"type":"object","required":["n"],"additionalProperties":false,"properties":{"n":{"$ref":"#/components/schemas/N"},"t":{"type":["string","null"],"format":"date-time"}}}""");

        Assert.Empty(check.Errors(schema, JsonElement.Parse("""{"n":1,"t":null}""")));
        Assert.Empty(check.Errors(schema, JsonElement.Parse("""{"n":1,"t":"2026-01-01T00:00:00Z"}""")));
        foreach (var wrong in new[] { "[]", "{}", """{"n":0}""", """{"n":1.5}""", """{"n":"1"}""", """{"n":1,"x":2}""", """{"n":1,"t":"yesterday"}""", """{"n":1,"t":3}""" })
            Assert.NotEmpty(check.Errors(schema, JsonElement.Parse(wrong)));
        Assert.Throws<NotSupportedException>(() => check.Errors(JsonElement.Parse("""{"multipleOf":2}"""), JsonElement.Parse("3")));
    }

    private static IEnumerable<(string Type, JsonElement Example)> Bodies(Description description, JsonElement operation) =>
        from content in description.Schemas.Resolve(operation.GetProperty("requestBody")).GetProperty("content").EnumerateObject()
        from example in Examples.Of(content.Value)
        select (content.Name, example);

    /// <summary>Names are taken once: the same example is sent to POST and to PUT.</summary>
    private static string Unique(JsonElement example, int number)
    {
        if (example.ValueKind != JsonValueKind.Object || !example.TryGetProperty("name", out var name))
            return example.GetRawText();
        var copy = JsonNode.Parse(example.GetRawText())!;
        copy["name"] = $"{name}-{number}";
        return copy.ToJsonString();
    }

    private static IEnumerable<string> QueryString(JsonElement parameter)
    {
        var name = parameter.GetProperty("name").GetString()!;
        if (parameter.TryGetProperty("content", out var content))
            return Examples.Of(content.GetProperty("application/json")).Select(example => $"{name}={Uri.EscapeDataString(example.GetRawText())}");
        return Examples.Of(parameter).Select(example => example.ValueKind == JsonValueKind.Array
            ? $"{name}={string.Join(',', example.EnumerateArray().Select(item => Uri.EscapeDataString(item.GetString()!)))}"
            : $"{name}={Uri.EscapeDataString(example.ValueKind == JsonValueKind.String ? example.GetString()! : example.GetRawText())}");
    }

    /// <summary>An id that exists, in place of the parameter of a path.</summary>
    private static async Task<string> FillAsync(HttpClient admin, string path, string method)
    {
        if (!path.Contains('{', StringComparison.Ordinal))
            return path;

        object body = path.Split('/')[3] switch
        {
            "queries" => new
            {
                name = $"{method} {path} {Guid.NewGuid()}",
                kind = "timeseries",
                query = new { range = new { from = "{{from}}", to = "2026-12-01T00:00:00Z" }, filters = new[] { new { field = "data.country", op = "eq", value = "{{country}}" } } },
                parameters = new { from = new { type = "time", @default = "2026-11-01T00:00:00Z" }, country = new { type = "string", @default = "DE" } },
            },
            "exports" => new { format = "ndjson", events = new { range = new { last = "1d" } } },
            _ => new { name = "to be revoked", role = "viewer" },
        };
        var collection = path[..path.IndexOf("/{", StringComparison.Ordinal)];
        using var created = await admin.PostAsJsonAsync(collection, body);
        var id = created.Headers.TryGetValues("Export-Id", out var named) ? named.Single() : (await created.JsonAsync()).GetProperty("id").GetString();
        return path.Replace("{id}", id, StringComparison.Ordinal);
    }
}
