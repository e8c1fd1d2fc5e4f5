using System.Text.Json;

namespace Analytics.Api.Tests.OpenApi;

/// <summary>The examples of a media type, a parameter or a header.</summary>
internal static class Examples
{
    public static IEnumerable<JsonElement> Of(JsonElement described)
    {
        if (described.TryGetProperty("example", out var one))
            yield return one;
        if (described.TryGetProperty("examples", out var several) && several.ValueKind == JsonValueKind.Object)
        {
            foreach (var example in several.EnumerateObject())
                yield return example.Value.GetProperty("value");
        }
    }
}
