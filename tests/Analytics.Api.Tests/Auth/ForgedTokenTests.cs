using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Analytics.Api.Tests.Auth;

public sealed class ForgedTokenTests(ApiApplication api) : IClassFixture<ApiApplication>
{
    private ECDsaSecurityKey RealKey()
    {
        using (api.CreateClient())
        {
            // Starting the application creates the key.
        }

        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(api.Directory.Combine("signing.pem")));
        return new ECDsaSecurityKey(key) { KeyId = "any" };
    }

    [Fact]
    public async Task A_token_of_our_own_key_with_our_claims_is_accepted() // so that the others fail for their one difference
    {
        await ExpectAsync(HttpStatusCode.OK, Create(new SigningCredentials(RealKey(), "ES256")));
    }

    [Fact]
    public async Task A_foreign_key_is_refused_even_under_our_key_id()
    {
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var kid = new JsonWebToken((await api.TokensAsync()).GetProperty("access_token").GetString()).Kid;

        await ExpectAsync(HttpStatusCode.Unauthorized, Create(new SigningCredentials(new ECDsaSecurityKey(foreign) { KeyId = kid }, "ES256")));
    }

    [Fact]
    public async Task The_public_key_as_an_hmac_secret_is_refused()
    {
        var secret = new SymmetricSecurityKey(RealKey().ECDsa.ExportSubjectPublicKeyInfo());

        await ExpectAsync(HttpStatusCode.Unauthorized, Create(new SigningCredentials(secret, "HS256")));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    public async Task An_unsigned_token_is_refused(string algorithm)
    {
        var token = new JsonWebToken((await api.TokensAsync()).GetProperty("access_token").GetString());
        var header = Base64UrlEncoder.Encode($$"""{"alg":"{{algorithm}}","typ":"at+jwt"}""");

        await ExpectAsync(HttpStatusCode.Unauthorized, $"{header}.{token.EncodedPayload}.");
        await ExpectAsync(HttpStatusCode.Unauthorized, $"{header}.{token.EncodedPayload}.{token.EncodedSignature}");
    }

    [Fact]
    public async Task A_changed_claim_breaks_the_signature()
    {
        var token = new JsonWebToken((await api.TokensAsync()).GetProperty("access_token").GetString());
        var payload = Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(token.EncodedPayload)).Replace("default", "another", StringComparison.Ordinal);

        await ExpectAsync(HttpStatusCode.Unauthorized, $"{token.EncodedHeader}.{Base64UrlEncoder.Encode(payload)}.{token.EncodedSignature}");
    }

    [Fact]
    public async Task An_expired_token_is_refused() =>
        await ExpectAsync(HttpStatusCode.Unauthorized, Create(new SigningCredentials(RealKey(), "ES256"), expiresIn: TimeSpan.FromMinutes(-1)));

    [Fact]
    public async Task A_token_that_never_expires_is_refused() =>
        await ExpectAsync(HttpStatusCode.Unauthorized, Create(new SigningCredentials(RealKey(), "ES256"), expiresIn: null));

    [Fact]
    public async Task A_token_for_another_audience_is_refused() =>
        await ExpectAsync(HttpStatusCode.Unauthorized, Create(new SigningCredentials(RealKey(), "ES256"), audience: "another"));

    [Fact]
    public async Task A_token_of_another_issuer_is_refused() =>
        await ExpectAsync(HttpStatusCode.Unauthorized, Create(new SigningCredentials(RealKey(), "ES256"), issuer: "another"));

    [Fact]
    public async Task A_token_of_another_kind_is_refused() =>
        await ExpectAsync(HttpStatusCode.Unauthorized, Create(new SigningCredentials(RealKey(), "ES256"), type: "JWT"));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("a.b.c")]
    [InlineData("..")]
    public async Task Garbage_is_refused(string token) => await ExpectAsync(HttpStatusCode.Unauthorized, token);

    private static readonly TimeSpan? Later = TimeSpan.FromMinutes(10);

    private static string Create(SigningCredentials credentials, string issuer = "auterity-analytics", string audience = "auterity-analytics", string type = "at+jwt") =>
        Create(credentials, Later, issuer, audience, type);

    private static string Create(
        SigningCredentials credentials, TimeSpan? expiresIn, string issuer = "auterity-analytics", string audience = "auterity-analytics", string type = "at+jwt")
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = type,
            Issuer = issuer,
            Audience = audience,
            NotBefore = now.AddHours(-1),
            Expires = expiresIn is { } lifetime ? now + lifetime : null,
            SigningCredentials = credentials,
            Claims = new Dictionary<string, object> { ["sub"] = "1", ["name"] = "mallory", ["tenant"] = "default", ["role"] = "admin" },
        });
    }

    private async Task ExpectAsync(HttpStatusCode status, string token)
    {
        using var client = api.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/me");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");

        using var answer = await client.SendAsync(request);

        if (status == HttpStatusCode.Unauthorized)
            await answer.ProblemAsync(status, "unauthenticated");
        Assert.Equal(status, answer.StatusCode);
    }
}
