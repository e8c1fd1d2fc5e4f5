using System.Text.Json.Serialization;

namespace Analytics.Api.Auth;

/// <summary>The answer of a login in the words of OAuth 2.0 (RFC 6749, section 5.1).</summary>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] long ExpiresIn,
    [property: JsonPropertyName("refresh_token")] string RefreshToken)
{
    public static TokenAnswer Of(AccessTokens tokens, Caller caller, string refreshToken) =>
        new(tokens.Issue(caller), "Bearer", (long)tokens.Lifetime.TotalSeconds, refreshToken);
}
