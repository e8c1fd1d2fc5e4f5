using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using TestKit;

namespace EndToEnd.Tests;

/// <summary>Every part in a process of its own, connected by nothing but connection strings, as on several machines.</summary>
internal sealed partial class SplitProduct : IProduct, IAsyncDisposable
{
    public const string Api = "Analytics.Api";
    public const string Worker = "Ingestion.Worker";
    private const string IngestKey = "ingest-key-of-the-tests";

    private readonly Dictionary<string, ChildProcess> running = [];
    private readonly TemporaryDirectory files = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(60) };
    private volatile Uri? api;
    private EmbeddedEngine clickHouse = null!;
    private EmbeddedEngine kafka = null!;

    public string ClickHouse => clickHouse.ConnectionString + ";Database=analytics";

    public static async Task<SplitProduct> StartAsync()
    {
        var product = new SplitProduct();
        try
        {
            product.clickHouse = await EmbeddedEngine.StartClickHouseAsync();
            product.kafka = await EmbeddedEngine.StartKafkaAsync();
            await Task.WhenAll(product.RunAsync(Api), product.RunAsync(Worker));
            return product;
        }
        catch
        {
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary><c>kill -9</c>, and the same again, on another port.</summary>
    public async Task KillAndRestartAsync(string part)
    {
        await running[part].DisposeAsync();
        await RunAsync(part);
    }

    public async Task<HttpResponseMessage> PostEventsAsync(byte[] ndjson, string? encoding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(api!, "/api/v1/events")) { Content = new ByteArrayContent(ndjson) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        request.Headers.Add("X-Api-Key", IngestKey);
        return await http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in running.Values)
            await process.DisposeAsync();
        if (kafka is not null)
            await kafka.DisposeAsync();
        if (clickHouse is not null)
            await clickHouse.DisposeAsync();
        http.Dispose();
        files.Dispose();
    }

    private async Task RunAsync(string part)
    {
        var process = await ChildProcess.StartAsync(part, [], null, new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information", // says where it listens
            ["ConnectionStrings__clickhouse"] = ClickHouse,
            ["ConnectionStrings__kafka"] = kafka.ConnectionString,
            ["ConnectionStrings__redis"] = "127.0.0.1:1,abortConnect=false", // nobody there: slower, never wrong
            ["ConnectionStrings__control"] = $"Data Source={files.Combine("control.db")}",
            ["Auth__SigningKeyFile"] = files.Combine("signing.pem"),
            ["Auth__CreateSigningKey"] = "true",
            ["Bootstrap__AdminPassword"] = "admin-password-of-the-tests",
            ["Bootstrap__IngestKey"] = IngestKey,
        });
        lock (running)
            running[part] = process;
        await Eventually.TrueAsync($"{part} is ready", () => IsReadyAsync(process), TimeSpan.FromSeconds(180));
        if (part == Api)
            api = AddressOf(process);
    }

    private async Task<bool> IsReadyAsync(ChildProcess process)
    {
        if (process.HasExited)
            throw new InvalidOperationException($"{process} ended:{Environment.NewLine}{process.Log}");
        if (AddressOf(process) is not { } address)
            return false;
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "/health/ready"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Uri? AddressOf(ChildProcess process) =>
        Listening().Match(process.Log) is { Success: true } line ? new Uri(line.Groups[1].Value) : null;

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
