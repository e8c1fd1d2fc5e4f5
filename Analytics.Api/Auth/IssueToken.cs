using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Analytics.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Auth;

/// <summary><c>POST /auth/token</c>: user name and password for an access and a refresh token.</summary>
internal static class IssueToken
{
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record Request(
        [property: Required, MaxLength(128)] string Username,
        [property: Required, MaxLength(256)] string Password) : IValidatedRequest;

    public static async Task<Results<Ok<TokenAnswer>, ProblemHttpResult>> HandleAsync(
        Request request, HttpResponse response, Passwords passwords, AccessTokens access, RefreshTokens refresh, CancellationToken cancellation)
    {
        response.Headers.CacheControl = "no-store";
        if (await passwords.CheckAsync(request.Username, request.Password, cancellation) is not { } caller)
            return Problems.InvalidCredentials();
        return TypedResults.Ok(TokenAnswer.Of(access, caller, await refresh.StartAsync(caller.Id, cancellation)));
    }
}
