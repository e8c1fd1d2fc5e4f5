using System.Net.Http.Headers;
using System.Text;

[assembly: AssemblyFixture(typeof(Embedded.ClickHouse.Tests.Server))]

namespace Embedded.ClickHouse.Tests;

/// <summary>One server for all tests that do not need their own; each test uses tables of its own.</summary>
public sealed class Server : IAsyncLifetime
{
    private readonly TemporaryFolder data = new();
    private int tables;

    public ClickHouseProcess Process { get; private set; } = null!;
    public HttpClient Http => Process.Http;

    public async ValueTask InitializeAsync() => Process = await ClickHouseProcess.StartAsync(data.Path, new Dictionary<string, string>
    {
        ["Users__default__Password"] = "",
        ["Users__reader__Password"] = "read only",
        ["Users__reader__ReadOnly"] = "true",
        ["Users__grantee__Password"] = "some tables",
        ["Users__grantee__Tables"] = "*_granted.*, analytics.shown",
    });

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        data.Dispose();
    }

    public string NewTable() => $"t{Interlocked.Increment(ref tables)}";

    public Task<HttpResponseMessage> PostAsync(string body, string url = "") => PostAsync(Encoding.UTF8.GetBytes(body), url);

    public Task<HttpResponseMessage> PostAsync(byte[] body, string url = "", string? encoding = null)
    {
        var content = new ByteArrayContent(body);
        if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
        return Http.PostAsync($"/?database=analytics{url}", content, TestContext.Current.CancellationToken);
    }

    /// <summary>The answer of a statement that must succeed.</summary>
    public async Task<string> AskAsync(string sql, string url = "")
    {
        using var response = await PostAsync(sql, url);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    /// <summary>The status and text of a statement sent by the read-only user.</summary>
    public Task<(int Status, string Text)> AsReaderAsync(string sql, string url = "") => AsAsync("reader:read only", sql, url);

    /// <summary>The same as the user who may read some tables only.</summary>
    public Task<(int Status, string Text)> AsGranteeAsync(string sql, string url = "") => AsAsync("grantee:some tables", sql, url);

    private async Task<(int Status, string Text)> AsAsync(string credentials, string sql, string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/?database=analytics{url}") { Content = new StringContent(sql) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(credentials)));
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
