using Analytics.Api.Errors;

namespace Analytics.Api.Auth;

/// <summary>Routes of <c>/auth</c>. The first three are open: what they are sent is the credential.</summary>
internal static class AuthEndpoints
{
    public static RouteGroupBuilder MapAuth(this RouteGroupBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("Auth").ValidateRequests();
        auth.MapPost("/token", IssueToken.HandleAsync).AllowAnonymous().WithName("IssueToken").WithSummary("Log in with user name and password");
        auth.MapPost("/refresh", RefreshToken.HandleAsync).AllowAnonymous().WithName("RefreshToken").WithSummary("Trade a refresh token for new tokens");
        auth.MapPost("/logout", Logout.HandleAsync).AllowAnonymous().WithName("Logout").WithSummary("End the login a refresh token belongs to");
        auth.MapGet("/me", ShowMe.Handle).RequireAuthorization(Policies.Authenticated).WithName("ShowMe").WithSummary("Who am I");
        return auth;
    }
}
