using Microsoft.AspNetCore.Authorization;

namespace Analytics.Api.Auth;

/// <summary>Names of the authorization policies; every route names one of them or allows anonymous callers.</summary>
internal static class Policies
{
    /// <summary>May post events: roles <c>ingest</c> and <c>admin</c>.</summary>
    public const string Ingest = "ingest";

    /// <summary>May read: roles <c>viewer</c>, <c>analyst</c> and <c>admin</c>.</summary>
    public const string Viewer = "viewer";

    /// <summary>May run SQL, export and save queries: roles <c>analyst</c> and <c>admin</c>.</summary>
    public const string Analyst = "analyst";

    /// <summary>May administer the own tenant: role <c>admin</c>.</summary>
    public const string Admin = "admin";

    /// <summary>May administer all tenants: role <c>admin</c> of the platform's own tenant.</summary>
    public const string Platform = "platform";

    /// <summary>Any caller with a valid credential.</summary>
    public const string Authenticated = "authenticated";

    public static void Register(AuthorizationOptions options)
    {
        options.AddPolicy(Ingest, policy => policy.RequireRole(Roles.Ingest, Roles.Admin));
        options.AddPolicy(Viewer, policy => policy.RequireRole(Roles.Viewer, Roles.Analyst, Roles.Admin));
        options.AddPolicy(Analyst, policy => policy.RequireRole(Roles.Analyst, Roles.Admin));
        options.AddPolicy(Admin, policy => policy.RequireRole(Roles.Admin));
        options.AddPolicy(Platform, policy => policy.RequireRole(Roles.Admin).AddRequirements(new PlatformRequirement()));
        options.AddPolicy(Authenticated, policy => policy.RequireAuthenticatedUser());
        options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAssertion(IsNoRoute).Build();
    }

    // A route that forgot its policy is denied. What routing answers itself (404, 405, 415) is no RouteEndpoint and may pass.
    private static bool IsNoRoute(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint;
}
