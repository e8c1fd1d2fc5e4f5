using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace TestKit;

/// <summary>
/// The whole product as its users start it: the Standalone program on a data folder of its own and a free port. The test project
/// must reference it. It can be stopped, killed and started again on the same data; the credentials are set, not generated.
/// </summary>
public sealed class StandaloneProcess : IAsyncDisposable
{
    /// <summary>Password of the user <c>admin</c>.</summary>
    public const string AdminPassword = "admin-password-of-the-tests";

    /// <summary>API key that may post events.</summary>
    public const string IngestKey = "ingest-key-of-the-tests";

    private readonly TemporaryDirectory data = new();
    private readonly Dictionary<string, string?> environment;
    private readonly HttpClient http;

    private StandaloneProcess(IReadOnlyDictionary<string, string?>? environment)
    {
        this.environment = new()
        {
            ["Bootstrap__AdminPassword"] = AdminPassword,
            ["Bootstrap__IngestKey"] = IngestKey,
            ["LOG_LEVEL"] = "Information",
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string?>())
            this.environment[key] = value;
        http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>The running process.</summary>
    public ChildProcess Process { get; private set; } = null!;

    /// <summary>The folder given with <c>--data</c>.</summary>
    public string DataDirectory => data.Path;

    /// <summary>Where the API listens now.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>How long the last start took until it said ready.</summary>
    public TimeSpan StartTook { get; private set; }

    /// <summary>Starts it and waits until it says ready.</summary>
    public static async Task<StandaloneProcess> StartAsync(IReadOnlyDictionary<string, string?>? environment = null)
    {
        var standalone = new StandaloneProcess(environment);
        try
        {
            await standalone.StartAgainAsync();
            return standalone;
        }
        catch
        {
            await standalone.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again on the same data after it was stopped or killed; the port may be another one.</summary>
    public async Task StartAgainAsync()
    {
        if (Process is not null)
            await Process.DisposeAsync();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Process = await RunAsync("--data", DataDirectory, "--port", "0");
        StartTook = clock.Elapsed;
        Address = new Uri(Process.ReadyText);
    }

    /// <summary>Stops it as an operator does, and returns the exit code.</summary>
    public Task<int> StopAsync(TimeSpan? limit = null)
    {
        Process.Terminate();
        return Process.WaitForExitAsync(limit ?? TimeSpan.FromSeconds(60));
    }

    /// <summary>Runs a second one, with other arguments; its end is the caller's to wait for when it never gets ready.</summary>
    public Task<ChildProcess> RunWithoutWaitingAsync(params string[] arguments) => ChildProcess.StartAsync("Standalone", arguments, null, environment);

    /// <summary>Process id of an engine (<c>Embedded.ClickHouse</c>, <c>Embedded.Kafka</c>), 0 while there is none.</summary>
    public int EngineId(string assembly) => ChildrenOf(Process.Id).FirstOrDefault(child => CommandLine(child).Contains(assembly + ".dll", StringComparison.Ordinal));

    /// <summary><c>kill -9</c> of an engine.</summary>
    public async Task KillEngineAsync(string assembly)
    {
        using var engine = System.Diagnostics.Process.GetProcessById(EngineId(assembly));
        engine.Kill();
        await engine.WaitForExitAsync();
    }

    /// <summary>Sends a request to the API.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? bearer = null, string? apiKey = null)
    {
        var request = new HttpRequestMessage(method, new Uri(Address, path)) { Content = content };
        if (bearer is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (apiKey is not null)
            request.Headers.Add("X-Api-Key", apiKey);
        return http.SendAsync(request);
    }

    /// <summary>Posts NDJSON with the ingest key.</summary>
    public async Task<HttpResponseMessage> PostEventsAsync(byte[] ndjson, string? encoding = null)
    {
        var content = new ByteArrayContent(ndjson);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        if (encoding is not null)
            content.Headers.ContentEncoding.Add(encoding);
        return await SendAsync(HttpMethod.Post, "/api/v1/events", content, apiKey: IngestKey);
    }

    /// <summary>An access token of the admin, from the API's own issuer.</summary>
    public Task<string> SignInAsync() => Tokens.SignInAsync(http, Address, "admin", AdminPassword);

    /// <summary>Asks with the given token and reads the JSON answer.</summary>
    public async Task<JsonElement> AskAsync(HttpMethod method, string path, string bearer, object? body = null)
    {
        using var answer = await SendAsync(method, path, body is null ? null : JsonContent.Create(body), bearer);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{method} {path} gave {(int)answer.StatusCode}: {text}", null, answer.StatusCode);
        return JsonElement.Parse(text);
    }

    /// <summary>Bootstrap servers of its Kafka, for records that no API has seen.</summary>
    public string KafkaServers => $"127.0.0.1:{Ports.GetProperty("Kafka").GetInt32()}";

    private JsonElement Ports => JsonElement.Parse(File.ReadAllText(data.Combine("ports.json")));

    /// <summary>Connection string of its ClickHouse, for checks behind the API's back.</summary>
    public string ClickHouseConnectionString
    {
        get
        {
            var password = File.ReadAllText(Path.Combine(DataDirectory, "keys", "clickhouse-password"));
            return $"Host=127.0.0.1;Port={Ports.GetProperty("ClickHouse").GetInt32()};Username=default;Password={password};Database=analytics";
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (Process is not null)
            await Process.DisposeAsync();
        data.Dispose();
    }

    private Task<ChildProcess> RunAsync(params string[] arguments) => ChildProcess.StartAsync("Standalone", arguments, "ready:", environment);

    private static IEnumerable<int> ChildrenOf(int parent)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id))
                continue;
            var stat = Read(Path.Combine(folder, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 1 && fields[1] == $"{parent}" && fields[0] != "Z")
                yield return id;
        }
    }

    private static string CommandLine(int id) => Read($"/proc/{id}/cmdline").Replace('\0', ' ');

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // it ended while we looked
        }
    }
}
