using System.Net;
using System.Net.Http.Json;
using Analytics.Api.Auth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Analytics.Api.Tests.Auth;

public sealed class ApiKeyTests(ApiApplication api) : IClassFixture<ApiApplication>
{
    [Fact]
    public async Task The_configured_key_works_letter_by_letter_and_may_ingest()
    {
        using var client = api.WithKey();

        var me = await (await client.GetAsync("/api/v1/auth/me")).JsonAsync();

        Assert.Equal("ingest", me.GetProperty("role").GetString());
        Assert.Equal("default", me.GetProperty("tenant").GetString());
        Assert.Equal("api-key", me.GetProperty("credential").GetString());
    }

    [Theory]
    [InlineData("test-key-12")]
    [InlineData("test-key-1234")]
    [InlineData("TEST-KEY-123")]
    [InlineData(" ")]
    [InlineData("' OR 1=1 --")]
    public async Task Any_other_key_is_refused(string key)
    {
        using var client = api.WithKey(key);

        using var answer = await client.GetAsync("/api/v1/auth/me");

        await answer.ProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task A_very_long_key_is_refused()
    {
        using var client = api.WithKey(new string('x', 5000));

        await (await client.GetAsync("/api/v1/auth/me")).ProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task Two_credentials_at_once_are_refused()
    {
        using var client = await api.LoginAsync();
        client.DefaultRequestHeaders.Add("X-Api-Key", ApiApplication.IngestKey);

        await (await client.GetAsync("/api/v1/auth/me")).ProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Theory]
    [InlineData("ingest", HttpStatusCode.Forbidden)]
    [InlineData("viewer", HttpStatusCode.Forbidden)]
    [InlineData("analyst", HttpStatusCode.Forbidden)]
    [InlineData("admin", HttpStatusCode.OK)]
    public async Task A_key_may_do_what_its_role_may(string role, HttpStatusCode expected)
    {
        var (_, key) = await api.CreateKeyAsync(role);
        using var client = api.WithKey(key);

        using var answer = await client.GetAsync("/api/v1/admin/api-keys");

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_never_stored()
    {
        var (id, key) = await api.CreateKeyAsync("viewer");
        using var admin = await api.LoginAsync();

        var list = await (await admin.GetAsync("/api/v1/admin/api-keys")).Content.ReadAsStringAsync();

        Assert.Contains(id, list, StringComparison.Ordinal);
        Assert.DoesNotContain(key, list, StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(api.Directory.Path, "control.db*"))
            Assert.DoesNotContain(key, await ReadSharedAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_key_stops_at_once_in_the_process_that_revoked_it()
    {
        var (id, key) = await api.CreateKeyAsync("viewer");
        using var client = api.WithKey(key);
        using var admin = await api.LoginAsync();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/auth/me")).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"/api/v1/admin/api-keys/{id}")).StatusCode);

        await (await client.GetAsync("/api/v1/auth/me")).ProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task A_revoked_key_stops_within_five_seconds_in_another_process()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var other = new ApiApplication(null, api.Directory, time);
        var (id, key) = await api.CreateKeyAsync("viewer");
        using var client = other.WithKey(key);
        using var admin = await api.LoginAsync();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/auth/me")).StatusCode);

        await admin.DeleteAsync($"/api/v1/admin/api-keys/{id}");
        time.Advance(TimeSpan.FromSeconds(5));

        await (await client.GetAsync("/api/v1/auth/me")).ProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task A_key_expires_even_while_it_is_cached()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var application = new ApiApplication(null, time: time);
        using var admin = await application.LoginAsync();
        var created = await (await admin.PostAsJsonAsync(
            "/api/v1/admin/api-keys", new { name = "short", role = "viewer", expires = time.GetUtcNow().AddSeconds(2) })).JsonAsync();
        using var client = application.WithKey(created.GetProperty("key").GetString()!);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/auth/me")).StatusCode);

        time.Advance(TimeSpan.FromSeconds(2));

        await (await client.GetAsync("/api/v1/auth/me")).ProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task When_a_key_was_last_used_is_written_down()
    {
        var (id, key) = await api.CreateKeyAsync("viewer");
        using var client = api.WithKey(key);
        await client.GetAsync("/api/v1/auth/me");

        await api.Services.GetRequiredService<ApiKeys>().SaveLastUsedAsync(CancellationToken.None);

        using var admin = await api.LoginAsync();
        var list = await (await admin.GetAsync("/api/v1/admin/api-keys")).JsonAsync();
        var view = list.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("id").GetString() == id);
        Assert.NotEqual(default, view.GetProperty("lastUsed").GetDateTimeOffset());
    }

    private static async Task<string> ReadSharedAsync(string path)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
