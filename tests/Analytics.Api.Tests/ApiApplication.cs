using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Api.Tests.OpenApi;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Mvc.Testing.Handlers;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TestKit;

namespace Analytics.Api.Tests;

/// <summary>The API in this process on a SQLite file of its own; engines are absent unless their connection strings are given.</summary>
public sealed class ApiApplication : WebApplicationFactory<ApiMarker>
{
    public const string AdminPassword = "correct horse battery";
    public const string IngestKey = "test-key-123";

    private readonly TemporaryDirectory? own;
    private readonly Dictionary<string, string?> settings;

    public ApiApplication()
        : this(null)
    {
    }

    /// <param name="settings">Configuration on top of the defaults; null removes a default.</param>
    /// <param name="directory">Where the control store and the key lie, to start several applications on them. Default: one of its own.</param>
    /// <param name="time">The clock. Default: the real one.</param>
    internal ApiApplication(IReadOnlyDictionary<string, string?>? settings, TemporaryDirectory? directory = null, TimeProvider? time = null)
    {
        own = directory is null ? new TemporaryDirectory() : null;
        Directory = directory ?? own!;
        Time = time;
        this.settings = new()
        {
            ["ConnectionStrings:clickhouse"] = "Host=127.0.0.1;Port=1;Database=analytics",
            ["ConnectionStrings:kafka"] = "127.0.0.1:1",
            ["ConnectionStrings:redis"] = "127.0.0.1:1",
            ["ConnectionStrings:control"] = $"Data Source={Directory.Combine("control.db")};Pooling=False",
            ["Cache:CheckTimeout"] = "00:01:00", // on a busy machine it would be passed now and then, and an answer not kept
            ["Bootstrap:AdminPassword"] = AdminPassword,
            ["Bootstrap:IngestKey"] = IngestKey,
            ["Auth:SigningKeyFile"] = Directory.Combine("signing.pem"),
            ["Auth:CreateSigningKey"] = "true",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
            this.settings[name] = value;
    }

    internal TemporaryDirectory Directory { get; }

    private TimeProvider? Time { get; }

    /// <summary>A client with the access token of a user.</summary>
    public async Task<HttpClient> LoginAsync(string user = "admin", string password = AdminPassword)
    {
        var tokens = await TokensAsync(user, password);
        return WithToken(tokens.GetProperty("access_token").GetString()!);
    }

    /// <summary>The answer of a login.</summary>
    public async Task<JsonElement> TokensAsync(string user = "admin", string password = AdminPassword)
    {
        using var client = CreateClient();
        using var answer = await client.PostAsJsonAsync("/api/v1/auth/token", new { username = user, password });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>A client whose every answer is compared with the OpenAPI document.</summary>
    public new HttpClient CreateClient() => CreateDefaultClient(new RedirectHandler(), new DescribedAnswers(Services));

    public HttpClient WithToken(string token)
    {
        var client = CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public HttpClient WithKey(string key = IngestKey)
    {
        var client = CreateClient();
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        return client;
    }

    /// <summary>A new API key of the admin's tenant, or of another one: its id and its secret.</summary>
    public async Task<(string Id, string Key)> CreateKeyAsync(string role, string? tenant = null)
    {
        using var admin = await LoginAsync();
        using var answer = await admin.PostAsJsonAsync("/api/v1/admin/api-keys", new { name = $"a {role} key", role, tenant });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var key = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (key.GetProperty("id").GetString()!, key.GetProperty("key").GetString()!);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        foreach (var (name, value) in settings.Where(setting => setting.Value is not null))
            builder.UseSetting(name, value);
        if (Time is { } time)
            builder.ConfigureTestServices(services => services.RemoveAll<TimeProvider>().AddSingleton(time));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            own?.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        own?.Dispose();
    }
}
