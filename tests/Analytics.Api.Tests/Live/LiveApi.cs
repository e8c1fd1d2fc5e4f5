using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Analytics.Api.Tests.Ingest;
using Analytics.Contracts;
using TestKit;

namespace Analytics.Api.Tests.Live;

/// <summary>The API on a real port with a broker of its own: what is posted goes out again, without a table in between.</summary>
public sealed class LiveApi : IAsyncDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private LiveApi(Dictionary<string, string> settings) => Ingest = new IngestApi(settings);

    public IngestApi Ingest { get; }

    public HttpClient Viewer { get; private set; } = null!;

    public static async Task<LiveApi> StartAsync(params (string Name, string Value)[] settings)
    {
        var api = new LiveApi(settings.ToDictionary(setting => setting.Name, setting => setting.Value));
        var token = await Tokens.SignInAsync(api.Ingest.Client, api.Ingest.Client.BaseAddress!, "admin", "password-of-the-tests");
        api.Viewer = new HttpClient { BaseAddress = api.Ingest.Client.BaseAddress, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        return api;
    }

    public async Task PostAsync(params string[] ids)
    {
        var (response, _) = await Ingest.PostAsync(IngestApi.Content(string.Join('\n', ids.Select(id => $$"""{"id":"{{id}}","type":"t","subject":"{{id}}","data":{"n":1} }""")), "application/x-ndjson"));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    /// <summary>A client that may post and watch for a tenant that is made for it.</summary>
    public async Task<HttpClient> OtherTenantAsync(string tenant)
    {
        using var created = await Viewer.PostAsJsonAsync("/api/v1/admin/tenants", new { name = tenant });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        using var answer = await Viewer.PostAsJsonAsync("/api/v1/admin/api-keys", new { name = "all", role = "admin", tenant });
        var key = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
        var client = new HttpClient { BaseAddress = Viewer.BaseAddress };
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        return client;
    }

    public Task<LiveClient> WatchAsync(string query = "", string? lastEventId = null) => LiveClient.OpenAsync(Viewer, query, lastEventId);

    public async ValueTask DisposeAsync()
    {
        Viewer?.Dispose();
        await Ingest.DisposeAsync();
    }
}

/// <summary>One open tail.</summary>
public sealed class LiveClient : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(1));
    private readonly IAsyncEnumerator<SseItem<string>> _items;

    private LiveClient(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _items = SseParser.Create(body).EnumerateAsync(_limit.Token).GetAsyncEnumerator();
    }

    public static async Task<LiveClient> OpenAsync(HttpClient http, string query, string? lastEventId = null)
    {
        var response = await SendAsync(http, query, lastEventId);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new LiveClient(response, await response.Content.ReadAsStreamAsync());
    }

    public static Task<HttpResponseMessage> SendAsync(HttpClient http, string query, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events/live?{query}");
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The next item; fails when the stream ends.</summary>
    public async Task<SseItem<string>> NextAsync()
    {
        Assert.True(await _items.MoveNextAsync(), "The stream has ended.");
        return _items.Current;
    }

    public async Task<List<string>> IdsAsync(int count)
    {
        var ids = new List<string>();
        while (ids.Count < count)
        {
            var item = await NextAsync();
            Assert.True(item.EventType == "event", $"{item.EventType}: {item.Data}");
            ids.Add(JsonElement.Parse(item.Data).GetProperty("id").GetString()!);
        }

        return ids;
    }

    public async Task<bool> HasEndedAsync() => !await _items.MoveNextAsync();

    public async ValueTask DisposeAsync()
    {
        _response.Dispose();
        _limit.Dispose();
        await ValueTask.CompletedTask;
    }
}
