using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Auth;

/// <summary><c>POST /auth/logout</c>: revokes a refresh token and its family. Says the same for an unknown one (RFC 7009).</summary>
internal static class Logout
{
    public static async Task<NoContent> HandleAsync(RefreshToken.Request request, RefreshTokens refresh, CancellationToken cancellation)
    {
        await refresh.RevokeAsync(request.RefreshToken, cancellation);
        return TypedResults.NoContent();
    }
}
