using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Auth;

/// <summary><c>GET /auth/me</c>: what the credential says about its bearer.</summary>
internal static class ShowMe
{
    internal sealed record Answer(string Id, string Name, string Tenant, string Role, string Credential);

    public static Ok<Answer> Handle(ClaimsPrincipal caller) => TypedResults.Ok(new Answer(
        caller.FindFirstValue(ClaimNames.Subject)!,
        caller.FindFirstValue(ClaimNames.Name)!,
        Tenant.Of(caller),
        caller.FindFirstValue(ClaimNames.Role)!,
        caller.Identity!.AuthenticationType == ApiKeyAuthentication.SchemeName ? "api-key" : "token"));
}
