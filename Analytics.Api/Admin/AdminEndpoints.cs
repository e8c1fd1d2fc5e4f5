using Analytics.Api.Auth;
using Analytics.Api.Errors;

namespace Analytics.Api.Admin;

/// <summary>Routes of <c>/admin</c>: for admins, within their own tenant. Tenants themselves belong to the platform's admins.</summary>
internal static class AdminEndpoints
{
    public static RouteGroupBuilder MapAdmin(this RouteGroupBuilder api)
    {
        var admin = api.MapGroup("/admin").RequireAuthorization(Policies.Admin).WithTags("Admin").ValidateRequests();
        admin.MapGet("/api-keys", ListApiKeys.HandleAsync).WithName("ListApiKeys").WithSummary("API keys of a tenant, without their secrets");
        admin.MapPost("/api-keys", CreateApiKey.HandleAsync).WithName("CreateApiKey").WithSummary("Create an API key; its secret is shown once");
        admin.MapDelete("/api-keys/{id}", RevokeApiKey.HandleAsync).WithName("RevokeApiKey").WithSummary("Revoke an API key; it stops working within 5 s");
        admin.MapGet("/users", ListUsers.HandleAsync).WithName("ListUsers").WithSummary("Users of a tenant");
        admin.MapPost("/users", CreateUser.HandleAsync).WithName("CreateUser").WithSummary("Create a user");
        admin.MapGet("/tenants", ListTenants.HandleAsync).RequireAuthorization(Policies.Platform).WithName("ListTenants").WithSummary("All tenants");
        admin.MapPost("/tenants", CreateTenant.HandleAsync).RequireAuthorization(Policies.Platform).WithName("CreateTenant").WithSummary("Create a tenant");
        admin.MapGet("/ledger", ShowLedger.HandleAsync).WithName("ShowLedger").WithSummary("What became of every accepted event");
        admin.MapGet("/dead-letters", ListDeadLetters.HandleAsync).WithName("ListDeadLetters").WithSummary("Records that could not become events, newest first");
        admin.MapPost("/dead-letters/replay", ReplayDeadLetters.HandleAsync).WithName("ReplayDeadLetters").WithSummary("Send dead letters that are events by now once more");
        admin.MapGet("/cache", ShowCache.Handle).WithName("ShowCache").WithSummary("The cached answers of a tenant in this process");
        admin.MapDelete("/cache", ClearCache.HandleAsync).WithName("ClearCache").WithSummary("Make all cached answers of a tenant outdated, in all processes");
        return admin;
    }
}
