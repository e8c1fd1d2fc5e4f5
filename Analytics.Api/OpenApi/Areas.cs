using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Analytics.Api.OpenApi;

/// <summary>
/// The written half of the description: one file per area in <c>OpenApi/Areas</c>, each a piece of an OpenAPI 3.1 document with
/// <c>paths</c> and <c>components</c>. References reach over all files. What two files define alike is a mistake and stops the first reader.
/// </summary>
internal static class Areas
{
    private const string Folder = "Analytics.Api.OpenApi.Areas.";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>All files as one document.</summary>
    public static JsonObject Merge()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var merged = new JsonObject();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var file = assembly.GetManifestResourceStream(name)!;
            Merge(merged, JsonNode.Parse(file, documentOptions: Strict)!.AsObject(), name[Folder.Length..]);
        }

        return merged;
    }

    private static void Merge(JsonObject into, JsonObject part, string file)
    {
        foreach (var (name, value) in part)
        {
            if (!into.TryGetPropertyValue(name, out var present))
                into[name] = value?.DeepClone();
            else if (present is JsonObject mine && value is JsonObject theirs)
                Merge(mine, theirs, file);
            else
                throw new InvalidOperationException($"{file} defines \"{name}\" again.");
        }
    }
}
