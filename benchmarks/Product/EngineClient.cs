using System.Text.Json;

namespace Benchmarks.Product;

/// <summary>What the engine said about a statement's cost.</summary>
internal readonly record struct EngineAnswer(byte[] Bytes, long RowsRead);

/// <summary>Speaks to the ClickHouse of a Standalone behind the API's back, with the passwords of its data folder.</summary>
internal sealed class EngineClient : IDisposable
{
    public const string Owner = "default";
    private readonly HttpClient http;
    private readonly string data;
    private readonly Dictionary<string, string> passwords = [];

    private EngineClient(HttpClient http, string data) => (this.http, this.data) = (http, data);

    public static async Task<EngineClient> OpenAsync(string data, CancellationToken cancellation)
    {
        using var ports = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(data, "ports.json"), cancellation));
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{ports.RootElement.GetProperty("ClickHouse").GetInt32()}"),
            Timeout = TimeSpan.FromMinutes(30),
        };
        return new EngineClient(http, data);
    }

    /// <summary>The answer's text.</summary>
    public async Task<string> AskAsync(string sql, CancellationToken cancellation, string settings = "") =>
        System.Text.Encoding.UTF8.GetString((await SendAsync(Owner, $"?database=analytics{settings}", new StringContent(sql), cancellation)).Bytes);

    public Task InsertAsync(string sql, ReadOnlyMemory<byte> rows, CancellationToken cancellation) =>
        SendAsync(Owner, $"?database=analytics&query={Uri.EscapeDataString(sql)}", new ReadOnlyMemoryContent(rows), cancellation);

    /// <summary>Sends what somebody else has sent: the same keys in the URL, the same text.</summary>
    public async Task<EngineAnswer> SendAsync(string user, string query, HttpContent content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/{query}") { Content = content };
        request.Headers.Add("X-ClickHouse-User", user);
        request.Headers.Add("X-ClickHouse-Key", Password(user));
        using var answer = await http.SendAsync(request, cancellation);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new ProductException($"ClickHouse said: {System.Text.Encoding.UTF8.GetString(bytes)}");
        return new EngineAnswer(bytes, RowsRead(answer));
    }

    public void Dispose() => http.Dispose();

    private string Password(string user)
    {
        if (!passwords.TryGetValue(user, out var password))
            passwords[user] = password = File.ReadAllText(Path.Combine(data, "keys", user == Owner ? "clickhouse-password" : $"clickhouse-{user}-password"));
        return password;
    }

    private static long RowsRead(HttpResponseMessage answer)
    {
        if (!answer.Headers.TryGetValues("X-ClickHouse-Summary", out var values))
            return 0;
        using var summary = JsonDocument.Parse(values.First());
        return long.Parse(summary.RootElement.GetProperty("read_rows").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }
}
