namespace Analytics.Api.Query.Language;

internal enum FieldKind
{
    /// <summary>Attribute of text; the empty text means absent.</summary>
    Text,

    /// <summary><c>time</c> or <c>received</c>.</summary>
    Time,

    /// <summary><c>data.&lt;path&gt;</c>: whatever the client posted there.</summary>
    Property,
}

/// <summary>
/// What a query can name: the event's attributes, and <c>data.&lt;path&gt;</c>, where the path's parts are joined by dots. A part may be any
/// text: it reaches the engine as a parameter, never as a piece of SQL.
/// </summary>
/// <param name="Name">As the query wrote it.</param>
/// <param name="Path">Of a property: the name without <c>data.</c>; else empty.</param>
internal sealed record Field(string Name, FieldKind Kind, string Path = "")
{
    private const string PropertyPrefix = "data.";

    /// <summary>200 keys of 64 KiB of data could be longer; nobody asks for those.</summary>
    private const int LongestName = 512;

    private static readonly Field[] Attributes =
    [
        new("id", FieldKind.Text), new("type", FieldKind.Text), new("source", FieldKind.Text), new("subject", FieldKind.Text),
        new("time", FieldKind.Time), new("sessionid", FieldKind.Text), new("traceid", FieldKind.Text), new("received", FieldKind.Time),
    ];

    private static readonly string Allowed = QueryNode.List([.. Attributes.Select(field => field.Name), "data.<path>"]);

    public static Field? Read(QueryNode node)
    {
        if (node.AsString(LongestName) is not { } name)
            return null;
        if (Array.Find(Attributes, field => field.Name == name) is { } attribute)
            return attribute;
        if (name.Length > PropertyPrefix.Length && name.StartsWith(PropertyPrefix, StringComparison.Ordinal))
            return new Field(name, FieldKind.Property, name[PropertyPrefix.Length..]);

        node.Refuse(QueryErrorCodes.UnknownField, $"Unknown field. Allowed: {Allowed}.");
        return null;
    }

    public static Field Attribute(string name) => Attributes.First(field => field.Name == name);

    public static IReadOnlyList<Field> ReadGroups(QueryNode? node, int most, int least = 0)
    {
        var fields = new List<Field>();
        foreach (var element in node?.AsArray(least, most) ?? [])
        {
            if (Read(element) is not { } field)
                continue;
            if (field.Kind == FieldKind.Time)
                element.Refuse(QueryErrorCodes.UnknownField, "Times cannot be grouped by; use \"interval\".");
            else if (fields.Contains(field))
                element.Refuse(QueryErrorCodes.Conflict, "The field is there twice.");
            else
                fields.Add(field);
        }

        return fields;
    }
}
