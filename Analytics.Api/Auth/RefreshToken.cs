using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Analytics.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Auth;

/// <summary><c>POST /auth/refresh</c>: a refresh token, once, for new tokens. Role and tenant are read again from the store.</summary>
internal static class RefreshToken
{
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record Request([property: Required, MaxLength(256), JsonPropertyName("refresh_token")] string RefreshToken) : IValidatedRequest;

    public static async Task<Results<Ok<TokenAnswer>, ProblemHttpResult>> HandleAsync(
        Request request, HttpResponse response, AccessTokens access, RefreshTokens refresh, CancellationToken cancellation)
    {
        response.Headers.CacheControl = "no-store";
        return await refresh.UseAsync(request.RefreshToken, cancellation) is var (caller, successor)
            ? TypedResults.Ok(TokenAnswer.Of(access, caller, successor))
            : Problems.InvalidRefreshToken();
    }
}
