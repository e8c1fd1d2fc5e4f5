using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Analytics.Api.Query.Language;

namespace Analytics.Api.SavedQueries;

/// <summary>A blank of a saved query: <c>"from": {"type": "time", "default": "2026-01-01T00:00:00Z"}</c>. Without a default each run must fill it.</summary>
internal sealed partial record QueryParameter(string Type, JsonElement? Default)
{
    public const int Most = 50;

    /// <summary><c>list</c> is an array of strings, numbers and booleans, for the operators <c>in</c> and <c>nin</c>.</summary>
    public static readonly string[] Types = ["string", "number", "boolean", "time", "list"];

    private static readonly string[] Members = ["type", "default"];

    /// <summary>What stands for the value while a query without a default is checked. The text also passes as the length of a range.</summary>
    public JsonNode Sample => Default is { } value ? JsonNode.Parse(value.GetRawText())! : Type switch
    {
        "number" => 1,
        "boolean" => true,
        "time" => "2026-01-01T00:00:00Z",
        "list" => new JsonArray("1d"),
        _ => "1d",
    };

    /// <summary>All parameters that an object declares.</summary>
    public static Dictionary<string, QueryParameter> ReadAll(QueryNode node)
    {
        var parameters = new Dictionary<string, QueryParameter>(StringComparer.Ordinal);
        var members = node.AsMembers();
        if (members.Count > Most)
            node.Refuse(QueryErrorCodes.TooMany, $"At most {Most} parameters are allowed.");
        foreach (var (name, value) in members)
        {
            if (!Name().IsMatch(name))
                value.Refuse(QueryErrorCodes.InvalidValue, "The name of a parameter is a letter, then up to 63 letters, digits or underscores.");
            else if (Read(value) is { } parameter)
                parameters[name] = parameter;
        }

        return parameters;
    }

    /// <summary>Whether a value is of this parameter's type; says so if not.</summary>
    public bool Accepts(QueryNode value) => Type switch
    {
        "string" => value.AsString(8_192) is not null,
        "time" => TimeRange.ReadInstant(value) is not null,
        "number" => Is(value, JsonValueKind.Number, "A number"),
        "boolean" => Is(value, JsonValueKind.True, "A boolean", JsonValueKind.False),
        _ => value.AsArray(1, Filter.MostValues) is { } elements && elements.TrueForAll(IsScalar),
    };

    private static QueryParameter? Read(QueryNode node)
    {
        if (node.AsObject(Members) is not { } parameter || parameter.Required("type", $"one of {QueryNode.List(Types)}.")?.AsWord(Types) is not { } type)
            return null;

        var given = parameter.Member("default");
        var read = new QueryParameter(type, given?.Json.Clone());
        return given is not { } value || read.Accepts(value) ? read : null;
    }

    private static bool Is(QueryNode value, JsonValueKind kind, string expected, JsonValueKind? or = null)
    {
        if (value.Kind == kind || value.Kind == or)
            return true;
        value.Refuse(QueryErrorCodes.WrongType, $"{expected} was expected, not {QueryNode.Describe(value.Kind)}.");
        return false;
    }

    private static bool IsScalar(QueryNode element) =>
        element.Kind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False || element.AsString(8_192) is not null;

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_]{0,63}\z")]
    private static partial Regex Name();
}
