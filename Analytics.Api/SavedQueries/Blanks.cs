using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Analytics.Api.Query.Language;

namespace Analytics.Api.SavedQueries;

/// <summary>
/// Fills in the blanks of a query: a string that is <c>{{name}}</c> and nothing else becomes the value, a JSON value of its own type.
/// Text is never put into text, so a value cannot become anything but a value.
/// </summary>
internal static partial class Blanks
{
    /// <summary>The query with its blanks filled in.</summary>
    public static byte[] Fill(JsonElement query, Func<string, JsonNode?> value) => JsonSerializer.SerializeToUtf8Bytes(Filled(query, value));

    /// <summary>Refuses blanks of no declared parameter, declared ones inside longer texts, and parameters that fill no blank.</summary>
    public static void Check(QueryNode query, IReadOnlyCollection<string> declared, string parametersPointer)
    {
        var unused = declared.ToHashSet(StringComparer.Ordinal);
        Check(query, declared, unused);
        foreach (var name in unused)
            query.Errors.Add($"{parametersPointer}/{name}", QueryErrorCodes.Conflict, $"No value of the query is \"{{{{{name}}}}}\".");
    }

    private static void Check(QueryNode node, IReadOnlyCollection<string> declared, HashSet<string> unused)
    {
        switch (node.Kind)
        {
            case JsonValueKind.Object:
                foreach (var (_, value) in node.AsMembers())
                    Check(value, declared, unused);
                break;
            case JsonValueKind.Array:
                foreach (var element in node.AsArray(0, int.MaxValue) ?? [])
                    Check(element, declared, unused);
                break;
            case JsonValueKind.String when node.AsString(int.MaxValue) is { } text:
                CheckText(node, text, declared, unused);
                break;
        }
    }

    private static void CheckText(QueryNode node, string text, IReadOnlyCollection<string> declared, HashSet<string> unused)
    {
        if (Name(text) is { } name)
        {
            unused.Remove(name);
            if (!declared.Contains(name))
                node.Refuse(QueryErrorCodes.UnknownValue, $"No parameter is called \"{name}\".");
        }
        else if (Any().Matches(text).Select(match => match.Groups[1].Value).FirstOrDefault(declared.Contains) is { } inside)
        {
            node.Refuse(QueryErrorCodes.InvalidValue, $"\"{{{{{inside}}}}}\" must be the whole text: parameters are values, not pieces of texts.");
        }
    }

    private static JsonNode? Filled(JsonElement node, Func<string, JsonNode?> value) => node.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(node.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Filled(member.Value, value)))),
        JsonValueKind.Array => new JsonArray([.. node.EnumerateArray().Select(element => Filled(element, value))]),
        JsonValueKind.String when Name(node.GetString()!) is { } name => value(name),
        _ => JsonNode.Parse(node.GetRawText()),
    };

    private static string? Name(string text) => Whole().Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"^\{\{([A-Za-z][A-Za-z0-9_]{0,63})\}\}\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"\{\{([A-Za-z][A-Za-z0-9_]{0,63})\}\}")]
    private static partial Regex Any();
}
