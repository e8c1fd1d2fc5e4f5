using System.Text.Json;

namespace Analytics.Api.Query.Language;

/// <summary>A place in a query's JSON: the value, its pointer, and where to complain.</summary>
internal readonly record struct QueryNode(JsonElement Json, string Pointer, QueryErrors Errors)
{
    private const int LongestName = 64;

    // A query is words and literals; nesting comes only from filters' arrays.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    public JsonValueKind Kind => Json.ValueKind;

    /// <summary>The root of a body, or null after an <c>invalid_json</c> error that says where it stopped being JSON.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> utf8, QueryErrors errors)
    {
        try
        {
            return JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException fault)
        {
            errors.Add("", QueryErrorCodes.InvalidJson, utf8.IsEmpty
                ? "The query is empty; a JSON object was expected."
                : $"Not valid JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine} (each member may appear only once, nesting at most 16).");
            return null;
        }
        catch (InvalidOperationException) // what looking for members that appear twice finds
        {
            errors.Add("", QueryErrorCodes.InvalidJson, "A member's name holds escapes that are not valid Unicode.");
            return null;
        }
    }

    public void Refuse(string code, string message) => Errors.Add(Pointer, code, message);

    /// <summary>The members, after refusing all but <paramref name="allowed"/>; null when this is no object.</summary>
    public QueryNode? AsObject(ReadOnlySpan<string> allowed)
    {
        if (Kind != JsonValueKind.Object)
        {
            Refuse(QueryErrorCodes.WrongType, $"An object was expected, not {Describe(Kind)}.");
            return null;
        }

        foreach (var member in Json.EnumerateObject())
            if (!Contains(allowed, member))
                Errors.Add(Child(SafeName(member)), QueryErrorCodes.UnknownMember, $"Unknown member. Allowed: {List(allowed)}.");
        return this;
    }

    /// <summary>The members of an object whose names are the client's to choose; errors for what is no object and for names that are no text.</summary>
    public List<(string Name, QueryNode Value)> AsMembers()
    {
        var members = new List<(string, QueryNode)>();
        if (Kind != JsonValueKind.Object)
        {
            Refuse(QueryErrorCodes.WrongType, $"An object was expected, not {Describe(Kind)}.");
            return members;
        }

        foreach (var member in Json.EnumerateObject())
        {
            if (NameOf(member) is { Length: <= LongestName } name)
                members.Add((name, new QueryNode(member.Value, Child(name), Errors)));
            else
                Refuse(QueryErrorCodes.InvalidValue, "The name of a member has more than 64 characters, or holds escapes that are not valid Unicode.");
        }

        return members;
    }

    public QueryNode? Member(string name) =>
        Json.TryGetProperty(name, out var value) ? new QueryNode(value, Child(name), Errors) : null;

    public QueryNode? Required(string name, string expected)
    {
        if (Member(name) is { } member)
            return member;

        Errors.Add(Child(name), QueryErrorCodes.Missing, $"Missing; {expected}");
        return null;
    }

    /// <summary>The elements of an array of <paramref name="least"/> to <paramref name="most"/>; null after an error.</summary>
    public List<QueryNode>? AsArray(int least, int most)
    {
        if (Kind != JsonValueKind.Array)
        {
            Refuse(QueryErrorCodes.WrongType, $"An array was expected, not {Describe(Kind)}.");
            return null;
        }

        var count = Json.GetArrayLength();
        if (count < least || count > most)
        {
            Refuse(count < least ? QueryErrorCodes.Missing : QueryErrorCodes.TooMany, $"{count} elements; {least} to {most} are allowed.");
            return null;
        }

        var elements = new List<QueryNode>(count);
        foreach (var element in Json.EnumerateArray())
            elements.Add(new QueryNode(element, $"{Pointer}/{elements.Count}", Errors));
        return elements;
    }

    public string? AsString(int most = 256)
    {
        if (Kind != JsonValueKind.String)
        {
            Refuse(QueryErrorCodes.WrongType, $"A string was expected, not {Describe(Kind)}.");
            return null;
        }

        if (Text() is not { } text)
            return null;
        if (text.Length <= most)
            return text;

        Refuse(QueryErrorCodes.OutOfRange, $"{text.Length} characters; at most {most} are allowed.");
        return null;
    }

    public int? AsInteger(int least, int most)
    {
        if (Kind == JsonValueKind.Number && Json.TryGetInt32(out var number) && number >= least && number <= most)
            return number;

        Refuse(Kind == JsonValueKind.Number ? QueryErrorCodes.OutOfRange : QueryErrorCodes.WrongType, $"An integer from {least} to {most} was expected.");
        return null;
    }

    public bool? AsBoolean()
    {
        if (Kind is JsonValueKind.True or JsonValueKind.False)
            return Kind == JsonValueKind.True;

        Refuse(QueryErrorCodes.WrongType, $"true or false was expected, not {Describe(Kind)}.");
        return null;
    }

    /// <summary>One of the words, or null after an error that lists them.</summary>
    public string? AsWord(ReadOnlySpan<string> words)
    {
        if (AsString() is not { } text)
            return null;
        foreach (var word in words)
            if (word == text)
                return word;

        Refuse(QueryErrorCodes.UnknownValue, $"Unknown value. Allowed: {List(words)}.");
        return null;
    }

    public static string List(ReadOnlySpan<string> words) => string.Join(", ", words);

    public static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    // An unpaired surrogate is legal JSON but no text: it cannot be stored, so it cannot be asked for.
    private string? Text()
    {
        try
        {
            return Json.GetString();
        }
        catch (InvalidOperationException)
        {
            Refuse(QueryErrorCodes.InvalidValue, "The string holds bytes or escapes that are not valid Unicode.");
            return null;
        }
    }

    private string Child(string name) => $"{Pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    private static bool Contains(ReadOnlySpan<string> allowed, JsonProperty member)
    {
        foreach (var name in allowed)
            if (member.NameEquals(name))
                return true;
        return false;
    }

    private static string SafeName(JsonProperty member) =>
        NameOf(member) is not { } name ? "?" : name.Length <= LongestName ? name : name[..LongestName];

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
