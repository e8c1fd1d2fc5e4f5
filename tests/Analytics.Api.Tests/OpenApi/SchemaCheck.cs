using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Tests.OpenApi;

/// <summary>
/// The part of JSON Schema 2020-12 that our description uses. A keyword it does not know is an error: a rule that nobody checks is none.
/// </summary>
internal sealed class SchemaCheck(JsonElement document)
{
    private static readonly string[] Annotations = ["description", "title", "default", "example", "examples", "deprecated", "readOnly", "contentMediaType", "discriminator"];

    /// <summary>What is wrong with the value, each with its place; empty when it fits.</summary>
    public List<string> Errors(JsonElement schema, JsonElement value, string place = "")
    {
        var errors = new List<string>();
        Check(Resolve(schema), value, place, errors);
        return errors;
    }

    public JsonElement Resolve(JsonElement element)
    {
        while (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$ref", out var reference))
        {
            element = reference.GetString()!.TrimStart('#', '/').Split('/').Aggregate(document, (at, name) => at.GetProperty(name));
        }

        return element;
    }

    private void Check(JsonElement schema, JsonElement value, string place, List<string> errors)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (Annotations.Contains(keyword.Name) || Fits(schema, keyword.Name, keyword.Value, value, place, errors))
                continue;
            var text = value.GetRawText();
            errors.Add($"{(place.Length == 0 ? "/" : place)}: {text[..Math.Min(text.Length, 200)]} is against {keyword.Name} {keyword.Value.GetRawText()[..Math.Min(keyword.Value.GetRawText().Length, 200)]}");
        }
    }

    private bool Fits(JsonElement schema, string keyword, JsonElement rule, JsonElement value, string place, List<string> errors) => keyword switch
    {
        "type" => rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Any(type => IsOfType(value, type.GetString()!)) : IsOfType(value, rule.GetString()!),
        "const" => JsonElement.DeepEquals(rule, value),
        "enum" => rule.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)),
        "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.GetString()!),
        "format" => value.ValueKind != JsonValueKind.String || IsOfFormat(value.GetString()!, rule.GetString()!),
        "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= rule.GetInt32(),
        "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= rule.GetInt32(),
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.GetDouble(),
        "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= rule.GetDouble(),
        "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32(),
        "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.GetInt32(),
        "uniqueItems" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Select(item => item.GetRawText()).Distinct().Count() == value.GetArrayLength(),
        "minProperties" => value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() >= rule.GetInt32(),
        "maxProperties" => value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() <= rule.GetInt32(),
        "required" => value.ValueKind != JsonValueKind.Object || rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
        "dependentRequired" => value.ValueKind != JsonValueKind.Object || rule.EnumerateObject().All(pair =>
            !value.TryGetProperty(pair.Name, out _) || pair.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _))),
        "propertyNames" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().All(member => Errors(rule, JsonSerializer.SerializeToElement(member.Name)).Count == 0),
        "properties" => value.ValueKind != JsonValueKind.Object || Properties(rule, value, place, errors),
        "additionalProperties" => value.ValueKind != JsonValueKind.Object || Others(schema, rule, value, place, errors),
        "items" => value.ValueKind != JsonValueKind.Array || Items(rule, value, place, errors),
        "allOf" => All(rule, value, place, errors),
        "anyOf" => rule.EnumerateArray().Any(choice => Errors(choice, value).Count == 0),
        "oneOf" => rule.EnumerateArray().Count(choice => Errors(choice, value).Count == 0) == 1,
        "not" => Errors(rule, value).Count > 0,
        "$ref" => All(schema, value, place, errors),
        _ => throw new NotSupportedException($"{keyword} at {place}: teach SchemaCheck this keyword, or do without it."),
    };

    private bool Properties(JsonElement rule, JsonElement value, string place, List<string> errors)
    {
        foreach (var property in rule.EnumerateObject())
            if (value.TryGetProperty(property.Name, out var member))
                Check(Resolve(property.Value), member, $"{place}/{property.Name}", errors);
        return true;
    }

    private bool Others(JsonElement schema, JsonElement rule, JsonElement value, string place, List<string> errors)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out var known) && known.TryGetProperty(member.Name, out _))
                continue;
            if (rule.ValueKind == JsonValueKind.False)
                errors.Add($"{place}/{member.Name}: no such member is described");
            else if (rule.ValueKind == JsonValueKind.Object)
                Check(Resolve(rule), member.Value, $"{place}/{member.Name}", errors);
        }

        return true;
    }

    private bool Items(JsonElement rule, JsonElement value, string place, List<string> errors)
    {
        var i = 0;
        foreach (var item in value.EnumerateArray())
            Check(Resolve(rule), item, $"{place}/{i++}", errors);
        return true;
    }

    private bool All(JsonElement rule, JsonElement value, string place, List<string> errors)
    {
        foreach (var part in rule.ValueKind == JsonValueKind.Array ? [.. rule.EnumerateArray()] : new[] { rule })
            Check(Resolve(part), value, place, errors);
        return true;
    }

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() % 1 == 0,
        _ => throw new NotSupportedException(type),
    };

    private static bool IsOfFormat(string text, string format) => format switch
    {
        "date-time" => TimeRange.TryReadInstant(text, out _) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "uri-reference" => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _),
        "uuid" => Guid.TryParse(text, out _),
        "int32" or "int64" or "double" or "byte" or "binary" or "password" => true,
        _ => throw new NotSupportedException(format),
    };
}
