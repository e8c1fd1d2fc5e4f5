using System.Text.Json;
using System.Text.Json.Nodes;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.SavedQueries;

/// <summary>What a client saves: a question of any kind with a name, and blanks to be filled in when it is run.</summary>
internal sealed record Definition(string Name, string? Description, QueryKind Kind, JsonElement Query, IReadOnlyDictionary<string, QueryParameter> Parameters)
{
    public const int LongestName = 128;
    public const int LongestDescription = 2_000;

    private static readonly string[] Members = ["name", "description", "kind", "query", "parameters"];

    /// <summary>Reads a body and asks whether the query would be one, with defaults or samples in its blanks; null after errors.</summary>
    public static Definition? Read(ReadOnlyMemory<byte> body, Instant now, QueryErrors errors)
    {
        using var document = QueryNode.Parse(body, errors);
        if (document is null || new QueryNode(document.RootElement, "", errors).AsObject(Members) is not { } root)
            return null;

        var name = root.Required("name", "a text that is not empty.") is { } text ? ReadName(text) : null;
        var description = root.Member("description") is { Kind: not JsonValueKind.Null } words ? words.AsString(LongestDescription) : null;
        var kind = root.Required("kind", $"one of {QueryNode.List(QueryKinds.Names)}.")?.AsWord(QueryKinds.Names);
        var parameters = root.Member("parameters") is { } declared ? QueryParameter.ReadAll(declared) : [];
        if (root.Required("query", "the body that its route would get.") is not { } query || errors.Any)
            return null;

        var definition = new Definition(name!, description, QueryKinds.Find(kind!)!, query.Json.Clone(), parameters);
        Blanks.Check(query, parameters.Keys, "/parameters");
        if (!errors.Any)
            definition.Try(now, errors);
        return errors.Any ? null : definition;
    }

    /// <summary>The body that the kind's route would get; null after errors about the values given for the parameters.</summary>
    public byte[]? Fill(QueryNode? given, QueryErrors errors)
    {
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (given?.AsObject([.. Parameters.Keys]) is null && given is not null)
            return null;
        foreach (var (name, parameter) in Parameters)
        {
            if (given?.Member(name) is { } value)
            {
                parameter.Accepts(value);
                values[name] = value.Json;
            }
            else if (parameter.Default is { } otherwise)
            {
                values[name] = otherwise;
            }
            else
            {
                errors.Add($"/parameters/{name}", QueryErrorCodes.Missing, $"Missing; a {parameter.Type}.");
            }
        }

        return errors.Any ? null : Blanks.Fill(Query, name => JsonNode.Parse(values[name].GetRawText()));
    }

    // Plans complain relative to the query, wherever it came from.
    private void Try(Instant now, QueryErrors errors)
    {
        var own = new QueryErrors();
        using var filled = JsonDocument.Parse(Blanks.Fill(Query, name => Parameters[name].Sample));
        Kind.Read(new QueryNode(filled.RootElement, "", own))?.Plan(now, own);
        foreach (var error in own.All)
            errors.Add($"/query{error.Pointer}", error.Code, error.Message);
    }

    private static string? ReadName(QueryNode node)
    {
        if (node.AsString(LongestName) is not { } name)
            return null;
        if (name.Length > 0 && name == name.Trim() && !name.Any(char.IsControl))
            return name;

        node.Refuse(QueryErrorCodes.InvalidValue, "A name is a text without control characters that neither begins nor ends with a space.");
        return null;
    }
}
