using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Analytics.Api.Tests.Export;
using TestKit;

namespace Analytics.Api.Tests.Isolation;

/// <summary>
/// An answer as one text in which anything it tells can be found: status, headers, body and trailers, columnar files as their rows, and
/// whatever is base64url (tokens, cursors, tags) a second time as the bytes it stands for.
/// </summary>
internal sealed partial record Reply(HttpStatusCode Status, HttpResponseMessage Answer, byte[] Body, string Text)
{
    public JsonElement Json => JsonElement.Parse(Body);

    public string? Tag => Answer.Headers.ETag?.ToString();

    /// <param name="columns">Names of the columns of a columnar file.</param>
    public static async Task<Reply> OfAsync(HttpResponseMessage answer, TestDatabase database, IEnumerable<string> columns)
    {
        var body = await answer.Content.ReadAsByteArrayAsync();
        var type = answer.Content.Headers.ContentType?.MediaType;
        var rows = type switch
        {
            "application/vnd.apache.parquet" => await ReadAsync("Parquet"),
            "application/vnd.apache.arrow.stream" => await ReadAsync("ArrowStream"),
            _ => Encoding.UTF8.GetString(body),
        };
        var headers = answer.Headers.Concat(answer.Content.Headers).Concat(answer.TrailingHeaders).Select(header => $"{header.Key}: {string.Join(", ", header.Value)}");
        var text = $"{(int)answer.StatusCode}\n{string.Join('\n', headers)}\n{rows}";
        return new Reply(answer.StatusCode, answer, body, $"{text}\n{string.Join('\n', Encoded().Matches(text).Select(match => Decode(match.Value)))}");

        // The engine is a reader that is not ours; it makes texts of all columns.
        async Task<string> ReadAsync(string format) => string.Join('\n', await ExportedFile.ReadByEngineAsync(
            database, body, format, string.Join(", ", columns.Select(name => $"`{name}` Nullable(String)")), "*"));
    }

    private static string Decode(string text) => Base64Url.IsValid(text) ? Encoding.Latin1.GetString(Base64Url.DecodeFromChars(text)) : "";

    [GeneratedRegex("[A-Za-z0-9_-]{12,}")]
    private static partial Regex Encoded();
}
