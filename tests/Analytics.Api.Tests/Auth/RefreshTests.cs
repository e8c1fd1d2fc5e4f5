using System.Net;
using System.Net.Http.Json;

namespace Analytics.Api.Tests.Auth;

public sealed class RefreshTests(ApiApplication api) : IClassFixture<ApiApplication>
{
    [Fact]
    public async Task A_refresh_token_gives_new_tokens_that_work()
    {
        var first = await RefreshTokenAsync();

        var tokens = await (await RefreshAsync(first)).JsonAsync();

        using var client = api.WithToken(tokens.GetProperty("access_token").GetString()!);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/auth/me")).StatusCode);
        Assert.NotEqual(first, tokens.GetProperty("refresh_token").GetString());
    }

    [Fact]
    public async Task Reuse_of_a_refresh_token_revokes_the_whole_family()
    {
        var first = await RefreshTokenAsync();
        var second = (await (await RefreshAsync(first)).JsonAsync()).GetProperty("refresh_token").GetString()!;

        await (await RefreshAsync(first)).ProblemAsync(HttpStatusCode.Unauthorized, "invalid_refresh_token");

        await (await RefreshAsync(second)).ProblemAsync(HttpStatusCode.Unauthorized, "invalid_refresh_token");
    }

    [Fact]
    public async Task Another_login_survives_the_revocation_of_a_family()
    {
        var other = await RefreshTokenAsync();
        var stolen = await RefreshTokenAsync();
        await RefreshAsync(stolen);
        await RefreshAsync(stolen);

        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(other)).StatusCode);
    }

    [Fact]
    public async Task Of_simultaneous_uses_of_one_token_at_most_one_succeeds()
    {
        var token = await RefreshTokenAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RefreshAsync(token)));

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Logout_revokes_the_family()
    {
        var token = await RefreshTokenAsync();
        using var client = api.CreateClient();

        using var answer = await client.PostAsJsonAsync("/api/v1/auth/logout", new { refresh_token = token });

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await (await RefreshAsync(token)).ProblemAsync(HttpStatusCode.Unauthorized, "invalid_refresh_token");
    }

    [Fact]
    public async Task Logout_with_an_unknown_token_says_nothing()
    {
        using var client = api.CreateClient();

        using var answer = await client.PostAsJsonAsync("/api/v1/auth/logout", new { refresh_token = "unknown" });

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public async Task An_expired_refresh_token_is_refused()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var application = new ApiApplication(null, time: time);
        var token = (await application.TokensAsync()).GetProperty("refresh_token").GetString()!;

        time.Advance(TimeSpan.FromDays(14) + TimeSpan.FromSeconds(1));

        using var client = application.CreateClient();
        using var answer = await client.PostAsJsonAsync("/api/v1/auth/refresh", new { refresh_token = token });
        await answer.ProblemAsync(HttpStatusCode.Unauthorized, "invalid_refresh_token");
    }

    [Fact]
    public async Task A_refresh_token_is_no_access_token()
    {
        using var client = api.WithToken(await RefreshTokenAsync());

        await (await client.GetAsync("/api/v1/auth/me")).ProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    private async Task<string> RefreshTokenAsync() => (await api.TokensAsync()).GetProperty("refresh_token").GetString()!;

    private async Task<HttpResponseMessage> RefreshAsync(string token)
    {
        using var client = api.CreateClient();
        return await client.PostAsJsonAsync("/api/v1/auth/refresh", new { refresh_token = token });
    }
}
