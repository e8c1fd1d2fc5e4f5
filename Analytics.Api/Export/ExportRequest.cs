using System.Buffers;
using System.Text.Json;
using Analytics.Api.Query;
using Analytics.Api.Query.Formats;
using Analytics.Api.Query.Language;

namespace Analytics.Api.Export;

/// <summary><c>{"format", "events": {…}}</c> for raw events, <c>{"format", "query": {"kind", …}}</c> for the answer of a question.</summary>
internal sealed record ExportRequest(AnswerFormat Format, EventExportQuery? Events, Question? Question)
{
    private static readonly string[] Members = ["format", "events", "query"];
    private static readonly string[] Formats = ["csv", "ndjson", "parquet", "arrow"];

    /// <summary>Null when <paramref name="errors"/> got some.</summary>
    public static ExportRequest? Read(ReadOnlyMemory<byte> body, QueryErrors errors)
    {
        using var document = QueryNode.Parse(body, errors);
        if (document is null || new QueryNode(document.RootElement, "", errors).AsObject(Members) is not { } root)
            return null;

        var format = root.Required("format", $"one of {QueryNode.List(Formats)}.")?.AsWord(Formats);
        var (events, query) = (root.Member("events"), root.Member("query"));
        if (events is null == query is null)
            root.Refuse(QueryErrorCodes.Conflict, "Give either \"events\" or \"query\".");
        var list = events is { } given ? EventExportQuery.Read(given) : null;
        var question = query is { } asked ? ReadQuestion(asked) : null;
        return errors.Any ? null : new ExportRequest(AnswerFormats.Find(format!)!, list, question);
    }

    private static Question? ReadQuestion(QueryNode query)
    {
        if (query.Kind != JsonValueKind.Object)
        {
            query.Refuse(QueryErrorCodes.WrongType, $"An object was expected, not {QueryNode.Describe(query.Kind)}.");
            return null;
        }

        if (query.Required("kind", $"one of {QueryNode.List(QueryKinds.Names)}.")?.AsWord(QueryKinds.Names) is not { } kind)
            return null;
        using var rest = JsonDocument.Parse(WithoutKind(query.Json));
        return QueryKinds.Find(kind)!.Read(new QueryNode(rest.RootElement, query.Pointer, query.Errors));
    }

    // The kinds' readers refuse members they do not know.
    private static ReadOnlyMemory<byte> WithoutKind(JsonElement query)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var member in query.EnumerateObject().Where(member => !member.NameEquals("kind")))
                member.WriteTo(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
