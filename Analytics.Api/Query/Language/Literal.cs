using System.Globalization;
using System.Text.Json;
using NodaTime;

namespace Analytics.Api.Query.Language;

internal enum LiteralKind
{
    Text,
    Number,
    Boolean,
    Time,
}

/// <summary>A value a filter compares with. Kinds never compare with each other: "1" is not 1.</summary>
internal readonly record struct Literal(LiteralKind Kind, string Text = "", double Number = 0, bool Boolean = false, long UnixMs = 0)
{
    private const int LongestText = 8_192;

    /// <summary>Reads a value that suits the field; null after an error.</summary>
    public static Literal? Read(QueryNode node, Field field)
    {
        if (field.Kind == FieldKind.Time)
            return ReadTime(node);

        switch (node.Kind)
        {
            case JsonValueKind.String:
                return ReadText(node, field);
            case JsonValueKind.Number when field.Kind == FieldKind.Property:
                return ReadNumber(node);
            case JsonValueKind.True or JsonValueKind.False when field.Kind == FieldKind.Property:
                return new Literal(LiteralKind.Boolean, Boolean: node.Kind == JsonValueKind.True);
        }

        node.Refuse(QueryErrorCodes.WrongType, field.Kind == FieldKind.Text
            ? $"{field.Name} is text: a string was expected, not {QueryNode.Describe(node.Kind)}."
            : $"A string, a number or a boolean was expected, not {QueryNode.Describe(node.Kind)}; for missing values use absent.");
        return null;
    }

    /// <summary>The literal as JSON, the same for equal ones.</summary>
    public void Write(Utf8JsonWriter json)
    {
        switch (Kind)
        {
            case LiteralKind.Text:
                json.WriteStringValue(Text);
                break;
            case LiteralKind.Number:
                json.WriteNumberValue(Number);
                break;
            case LiteralKind.Boolean:
                json.WriteBooleanValue(Boolean);
                break;
            default:
                json.WriteStringValue(UnixMs.ToString(CultureInfo.InvariantCulture));
                break;
        }
    }

    private static Literal? ReadText(QueryNode node, Field field)
    {
        if (node.AsString(LongestText) is not { } text)
            return null;
        if (text.Length > 0 || field.Kind == FieldKind.Property)
            return new Literal(LiteralKind.Text, text);

        node.Refuse(QueryErrorCodes.InvalidValue, $"{field.Name} is never empty; for events without it use absent.");
        return null;
    }

    private static Literal? ReadNumber(QueryNode node)
    {
        if (node.Json.TryGetDouble(out var number) && double.IsFinite(number))
            return new Literal(LiteralKind.Number, Number: number == 0 ? 0 : number); // -0 equals 0 and should read the same
        node.Refuse(QueryErrorCodes.OutOfRange, "The number does not fit into 64-bit floating point.");
        return null;
    }

    private static Literal? ReadTime(QueryNode node)
    {
        if (TimeRange.ReadInstant(node) is not { } instant)
            return null;

        var ms = instant.ToUnixTimeMilliseconds();
        if (Instant.FromUnixTimeMilliseconds(ms) == instant)
            return new Literal(LiteralKind.Time, UnixMs: ms);
        node.Refuse(QueryErrorCodes.InvalidValue, "Times are kept in milliseconds; at most three decimals are allowed.");
        return null;
    }
}
