using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Analytics.Api.Query;
using TestKit;

namespace Analytics.Api.Tests.Export;

/// <summary>An export as a client gets it.</summary>
internal sealed record ExportedFile(string Id, string Cursor, byte[] Bytes, HttpContentHeaders Headers, IReadOnlyDictionary<string, string> Trailers)
{
    private static readonly HttpClient Http = new();

    public string Text => Encoding.UTF8.GetString(Bytes);

    public static async Task<ExportedFile> OfAsync(HttpClient client, object request)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/exports", request);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        string Header(string name) => answer.Headers.TryGetValues(name, out var values) ? values.Single() : "";
        return new ExportedFile(
            Header("Export-Id"), Header("Export-Cursor"), bytes, answer.Content.Headers,
            answer.TrailingHeaders.ToDictionary(header => header.Key, header => header.Value.Single()));
    }

    /// <summary>The complete lines of NDJSON.</summary>
    public static List<JsonElement> Lines(ReadOnlySpan<byte> ndjson) =>
        [.. Encoding.UTF8.GetString(ndjson[..(ndjson.LastIndexOf((byte)'\n') + 1)]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    /// <summary>What ClickHouse makes of a file, as JSON rows: a reader of the format that is not ours.</summary>
    public static async Task<List<string>> ReadByEngineAsync(TestDatabase database, byte[] file, string format, string columns, string select)
    {
        var table = Infrastructure.Unique("file");
        await database.ExecuteAsync($"CREATE TABLE {table} ({columns}) ENGINE = Memory");
        await SendAsync(database, $"INSERT INTO {table} FORMAT {format}", file);
        var rows = await SendAsync(database, $"SELECT {select} FROM {table} FORMAT JSONCompactEachRow SETTINGS output_format_json_quote_64bit_integers = 0", []);
        await database.ExecuteAsync($"DROP TABLE {table}");
        return [.. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static async Task<string> SendAsync(TestDatabase database, string sql, byte[] body)
    {
        var endpoint = ClickHouseEndpoint.Parse(database.ConnectionString);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{endpoint.Root}?database={database.Name}&query={Uri.EscapeDataString(sql)}") { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = endpoint.Credentials;
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }
}
