using System.Security.Claims;

namespace Analytics.Api.Auth;

/// <summary>The caller's tenant. It comes from the credential, never from a body, a header or the URL.</summary>
internal static class Tenant
{
    public static string Of(HttpContext context) => Of(context.User);

    public static string Of(ClaimsPrincipal caller) =>
        caller.FindFirst(ClaimNames.Tenant)?.Value
        ?? throw new InvalidOperationException("The caller has no tenant: the route lacks a policy.");
}
