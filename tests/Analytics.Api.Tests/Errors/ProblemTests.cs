using System.Net;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Analytics.Api.Tests.Errors;

public sealed class ProblemTests(ApiApplication api) : IClassFixture<ApiApplication>
{
    [Theory]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound, "not_found")]
    [InlineData("GET", "/api/v1/nowhere", HttpStatusCode.NotFound, "not_found")]
    [InlineData("GET", "/api/v1/auth/token", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    [InlineData("GET", "/api/v1/auth/me", HttpStatusCode.Unauthorized, "unauthenticated")]
    [InlineData("GET", "/api/v1/admin/users", HttpStatusCode.Unauthorized, "unauthenticated")]
    public async Task Every_refusal_is_a_problem_document_whatever_is_accepted(string method, string path, HttpStatusCode status, string code)
    {
        foreach (var accept in new[] { "*/*", "text/csv", "application/json", "text/html" })
        {
            using var client = api.CreateClient();
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.Add("Accept", accept);

            using var answer = await client.SendAsync(request);

            await answer.ProblemAsync(status, code);
        }
    }

    [Fact]
    public async Task A_wrong_content_type_is_415()
    {
        using var client = api.CreateClient();

        using var answer = await client.PostTextAsync("/api/v1/auth/token", "<a/>", "application/xml");

        await answer.ProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Fact]
    public async Task A_missing_role_is_403()
    {
        using var client = api.WithKey();

        await (await client.GetAsync("/api/v1/admin/users")).ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Malformed_json_names_the_place_and_no_type_of_ours()
    {
        using var client = api.CreateClient();

        using var answer = await client.PostTextAsync("/api/v1/auth/token", """{"username":["x"],"password":"y"}""");

        var detail = (await answer.ProblemAsync(HttpStatusCode.BadRequest, "invalid_json")).GetProperty("detail").GetString();
        Assert.Contains("$.username", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("Analytics", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_query_parameter_is_400()
    {
        using var admin = await api.LoginAsync();

        await (await admin.GetAsync("/api/v1/admin/ledger?from=yesterday")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task A_bug_is_500_and_keeps_its_reason_to_itself()
    {
        await using var broken = new ApiApplication();
        using var client = broken.CreateClient();
        await using (var store = new SqliteConnection($"Data Source={broken.Directory.Combine("control.db")};Pooling=False"))
            await store.ExecuteAsync("DROP TABLE refresh_tokens; DROP TABLE users");

        using var answer = await client.PostTextAsync("/api/v1/auth/token", """{"username":"admin","password":"secret"}""");

        var problem = await answer.ProblemAsync(HttpStatusCode.InternalServerError, "internal_error");
        Assert.DoesNotContain("users", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_is_away_is_503_with_a_time_to_come_back()
    {
        using var admin = await api.LoginAsync();

        using var answer = await admin.GetAsync("/api/v1/admin/dead-letters");

        await answer.ProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("/api/v1/auth/me")]
    [InlineData("/nowhere")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/")]
    public async Task Every_answer_tells_browsers_not_to_guess(string path)
    {
        using var client = api.CreateClient();

        using var answer = await client.GetAsync(path);

        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task The_description_and_its_page_are_open()
    {
        using var client = api.CreateClient();

        var document = await (await client.GetAsync("/openapi/v1.json")).JsonAsync();
        using var page = await client.GetAsync("/docs");

        Assert.True(document.GetProperty("paths").TryGetProperty("/api/v1/auth/token", out _));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }
}
