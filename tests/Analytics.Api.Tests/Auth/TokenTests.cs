using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Analytics.Api.Tests.Auth;

public sealed class TokenTests(ApiApplication api) : IClassFixture<ApiApplication>
{
    [Fact]
    public async Task A_login_answers_exactly_the_members_of_oauth()
    {
        var tokens = await api.TokensAsync();

        Assert.Equal(["access_token", "token_type", "expires_in", "refresh_token"], tokens.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Bearer", tokens.GetProperty("token_type").GetString());
        Assert.Equal(3600, tokens.GetProperty("expires_in").GetInt64());
    }

    [Fact]
    public async Task An_access_token_carries_who_where_and_what()
    {
        var tokens = await api.TokensAsync();

        var token = new JsonWebToken(tokens.GetProperty("access_token").GetString());

        Assert.Equal("ES256", token.Alg);
        Assert.NotEmpty(token.Kid);
        Assert.Equal("admin", token.GetClaim("name").Value);
        Assert.Equal("default", token.GetClaim("tenant").Value);
        Assert.Equal("admin", token.GetClaim("role").Value);
        Assert.NotEmpty(token.GetClaim("sub").Value);
        Assert.NotEmpty(token.GetClaim("jti").Value);
        Assert.Equal(TimeSpan.FromHours(1), token.ValidTo - token.ValidFrom);
    }

    [Fact]
    public async Task Me_says_what_the_token_says()
    {
        using var client = await api.LoginAsync("ADMIN"); // names are compared without case

        var me = await (await client.GetAsync("/api/v1/auth/me")).JsonAsync();

        Assert.Equal("admin", me.GetProperty("name").GetString());
        Assert.Equal("default", me.GetProperty("tenant").GetString());
        Assert.Equal("admin", me.GetProperty("role").GetString());
        Assert.Equal("token", me.GetProperty("credential").GetString());
    }

    [Fact]
    public async Task An_unknown_user_and_a_wrong_password_get_the_same_answer()
    {
        using var client = api.CreateClient();

        var unknown = await (await LoginAsync(client, "nobody")).ProblemAsync(HttpStatusCode.Unauthorized, "invalid_credentials");
        var wrong = await (await LoginAsync(client, "admin")).ProblemAsync(HttpStatusCode.Unauthorized, "invalid_credentials");

        Assert.Equal(WithoutTrace(unknown), WithoutTrace(wrong));
    }

    // Hashing takes tens of milliseconds and everything else less than one, so a missing hash shows in spite of noise.
    [Fact]
    public async Task An_unknown_user_takes_as_long_as_a_wrong_password()
    {
        using var client = api.CreateClient();
        await LoginAsync(client, "nobody");

        var unknown = await FastestAsync(() => LoginAsync(client, "nobody"));
        var wrong = await FastestAsync(() => LoginAsync(client, "admin"));

        Assert.True(unknown > wrong / 3, $"unknown {unknown}, wrong {wrong}");
        Assert.True(wrong > unknown / 3, $"unknown {unknown}, wrong {wrong}");
    }

    [Theory]
    [InlineData("""{"username":"admin"}""", "invalid_json")]
    [InlineData("""{"username":"admin","password":"x","role":"admin"}""", "invalid_json")]
    [InlineData("""{"username":1,"password":"x"}""", "invalid_json")]
    [InlineData("""{"username":"admin","password":""", "invalid_json")]
    [InlineData("""{"username":"","password":"x"}""", "invalid_request")]
    [InlineData("""{"username":null,"password":"x"}""", "invalid_json")]
    [InlineData("""[]""", "invalid_json")]
    [InlineData("null", "invalid_request")]
    [InlineData("", "invalid_request")]
    public async Task A_malformed_login_is_refused_precisely(string body, string code)
    {
        using var client = api.CreateClient();

        using var answer = await client.PostTextAsync("/api/v1/auth/token", body);

        await answer.ProblemAsync(HttpStatusCode.BadRequest, code);
    }

    private static Task<HttpResponseMessage> LoginAsync(HttpClient client, string user) =>
        client.PostAsJsonAsync("/api/v1/auth/token", new { username = user, password = "certainly wrong" });

    private static string WithoutTrace(JsonElement problem) =>
        string.Join('\n', problem.EnumerateObject().Where(member => member.Name != "traceId").Select(member => member.ToString()));

    private static async Task<TimeSpan> FastestAsync(Func<Task<HttpResponseMessage>> request)
    {
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 7; i++)
        {
            var watch = Stopwatch.StartNew();
            (await request()).Dispose();
            if (watch.Elapsed < fastest)
                fastest = watch.Elapsed;
        }

        return fastest;
    }
}
