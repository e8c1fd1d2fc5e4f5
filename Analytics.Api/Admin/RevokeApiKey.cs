using System.Security.Claims;
using Analytics.Api.Auth;
using Analytics.Api.Control;
using Analytics.Api.Errors;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Admin;

/// <summary><c>DELETE /admin/api-keys/{id}</c>: at once in this process, within 5 s in all others. Revoking twice is no error.</summary>
internal static class RevokeApiKey
{
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        string id, ClaimsPrincipal caller, TenantScope scope, ControlStore store, ApiKeys keys, TimeProvider time,
        CancellationToken cancellation, string? tenant = null)
    {
        if (scope.Choose(caller, tenant) is not { } chosen)
            return Problems.OtherTenant();
        await using var connection = await store.OpenAsync(cancellation);
        var changed = await connection.ExecuteAsync(
            "UPDATE api_keys SET revoked = COALESCE(revoked, @now) WHERE id = @id AND tenant = @tenant",
            new { id, tenant = chosen, now = time.GetUtcNow().ToUnixTimeMilliseconds() });
        if (changed == 0)
            return Problems.NotFound("API key");
        keys.Forget(id);
        return TypedResults.NoContent();
    }
}
