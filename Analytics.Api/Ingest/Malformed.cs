using System.Text.Json;

namespace Analytics.Api.Ingest;

/// <summary>Says where JSON is broken, and nothing else: the parser's own message quotes the body.</summary>
internal static class Malformed
{
    public static string Place(JsonException e) => $"The body is not valid JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.";
}
