using System.Net;
using System.Net.Http.Json;

namespace Analytics.Api.Tests.Admin;

public sealed class TenantTests(ApiApplication api) : IClassFixture<ApiApplication>
{
    [Fact]
    public async Task A_platform_admin_creates_a_tenant_with_its_own_admin_and_keys()
    {
        using var other = await OtherAdminAsync("north", "north-admin");

        var me = await (await other.GetAsync("/api/v1/auth/me")).JsonAsync();
        var key = await (await other.PostAsJsonAsync("/api/v1/admin/api-keys", new { name = "shop", role = "ingest" })).JsonAsync();

        Assert.Equal("north", me.GetProperty("tenant").GetString());
        Assert.Equal("north", key.GetProperty("tenant").GetString());
    }

    [Theory]
    [InlineData("GET", "/api/v1/admin/tenants", null)]
    [InlineData("POST", "/api/v1/admin/tenants", """{"name":"mine"}""")]
    [InlineData("GET", "/api/v1/admin/api-keys?tenant=default", null)]
    [InlineData("POST", "/api/v1/admin/api-keys", """{"name":"x","role":"admin","tenant":"default"}""")]
    [InlineData("GET", "/api/v1/admin/users?tenant=default", null)]
    [InlineData("POST", "/api/v1/admin/users", """{"username":"x","password":"long enough 123","role":"admin","tenant":"default"}""")]
    [InlineData("GET", "/api/v1/admin/ledger?tenant=default", null)]
    [InlineData("GET", "/api/v1/admin/dead-letters?tenant=default", null)]
    [InlineData("POST", "/api/v1/admin/dead-letters/replay", """{"tenant":"default"}""")]
    public async Task An_admin_of_another_tenant_is_kept_within_it(string method, string path, string? body)
    {
        using var other = await OtherAdminAsync("south", "south-admin");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await other.SendAsync(request);

        await answer.ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_key_of_another_tenant_cannot_be_revoked_or_seen()
    {
        var (id, _) = await api.CreateKeyAsync("viewer");
        using var other = await OtherAdminAsync("west", "west-admin");

        await (await other.DeleteAsync($"/api/v1/admin/api-keys/{id}")).ProblemAsync(HttpStatusCode.NotFound, "not_found");

        var list = await (await other.GetAsync("/api/v1/admin/api-keys")).JsonAsync();
        Assert.Empty(list.GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("/api/v1/admin/tenants", """{"name":"Upper"}""", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("/api/v1/admin/tenants", """{"name":"a b"}""", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("/api/v1/admin/tenants", """{"name":"a\nb"}""", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("/api/v1/admin/tenants", """{"name":"abc\n"}""", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("/api/v1/admin/tenants", """{"name":"default"}""", HttpStatusCode.Conflict, "conflict")]
    [InlineData("/api/v1/admin/users", """{"username":"bob","password":"short","role":"viewer"}""", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("/api/v1/admin/users", """{"username":"bob","password":"long enough 123","role":"root"}""", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("/api/v1/admin/users", """{"username":"Admin","password":"long enough 123","role":"viewer"}""", HttpStatusCode.Conflict, "conflict")]
    [InlineData("/api/v1/admin/users", """{"username":"bob","password":"long enough 123","role":"viewer","tenant":"unknown"}""", HttpStatusCode.NotFound, "not_found")]
    [InlineData("/api/v1/admin/users", """{"username":"bob","password":"long enough 123","role":"viewer","id":"1"}""", HttpStatusCode.BadRequest, "invalid_json")]
    [InlineData("/api/v1/admin/api-keys", """{"name":"","role":"viewer"}""", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("/api/v1/admin/api-keys", """{"name":"x","role":"viewer","expires":"2001-01-01T00:00:00Z"}""", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("/api/v1/admin/api-keys", """{"name":"x","role":"viewer","tenant":"unknown"}""", HttpStatusCode.NotFound, "not_found")]
    public async Task Bad_input_is_refused(string path, string body, HttpStatusCode status, string code)
    {
        using var admin = await api.LoginAsync();

        using var answer = await admin.PostTextAsync(path, body);

        await answer.ProblemAsync(status, code);
    }

    private async Task<HttpClient> OtherAdminAsync(string tenant, string user)
    {
        const string Password = "long enough 123";
        using var admin = await api.LoginAsync();
        await admin.PostAsJsonAsync("/api/v1/admin/tenants", new { name = tenant });
        await admin.PostAsJsonAsync("/api/v1/admin/users", new { username = user, password = Password, role = "admin", tenant });
        return await api.LoginAsync(user, Password);
    }
}
