using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Analytics.Api.Auth;
using Analytics.Api.Control;
using Analytics.Api.Errors;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Admin;

/// <summary><c>POST /admin/tenants</c>.</summary>
internal static class CreateTenant
{
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record Request([property: Required, RegularExpression(TenantName.Pattern)] string Name) : IValidatedRequest;

    public static async Task<Results<Created<TenantView>, ProblemHttpResult>> HandleAsync(
        Request request, ControlStore store, TimeProvider time, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await store.OpenAsync(cancellation);
        var inserted = await connection.ExecuteAsync(
            "INSERT INTO tenants (name, created) VALUES (@Name, @created) ON CONFLICT DO NOTHING",
            new { request.Name, created = now.ToUnixTimeMilliseconds() });
        return inserted == 0
            ? Problems.Conflict("The tenant exists.")
            : TypedResults.Created($"/api/v1/admin/tenants/{request.Name}", new TenantView(request.Name, now));
    }
}
