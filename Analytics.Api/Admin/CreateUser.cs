using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Security.Claims;
using System.Text.Json.Serialization;
using Analytics.Api.Auth;
using Analytics.Api.Control;
using Analytics.Api.Errors;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Admin;

/// <summary><c>POST /admin/users</c>. Names are unique over all tenants and compared without case: a login names no tenant.</summary>
internal static class CreateUser
{
    private const string Sql =
        """
        INSERT INTO users (id, name, password_hash, role, tenant, created)
        SELECT @id, @username, @hash, @Role, name, @created FROM tenants WHERE name = @tenant
        """;

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record Request(
        [property: Required, RegularExpression("^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$")] string Username,
        [property: Required, StringLength(256, MinimumLength = 12)] string Password,
        [property: Required, RegularExpression("^(viewer|analyst|admin|ingest)$")] string Role,
        string? Tenant = null) : IValidatedRequest;

    public static async Task<Results<Created<UserView>, ProblemHttpResult>> HandleAsync(
        Request request, ClaimsPrincipal caller, TenantScope scope, ControlStore store, Passwords passwords, TimeProvider time, CancellationToken cancellation)
    {
        if (scope.Choose(caller, request.Tenant) is not { } tenant)
            return Problems.OtherTenant();
        var now = time.GetUtcNow();
        var user = new UserView(Guid.CreateVersion7(now).ToString("n"), request.Username.ToLowerInvariant(), request.Role, tenant, now, null);
        await using var connection = await store.OpenAsync(cancellation);
        try
        {
            var inserted = await connection.ExecuteAsync(Sql, new
            {
                id = user.Id,
                username = user.Username,
                hash = passwords.Hash(request.Password),
                user.Role,
                tenant,
                created = now.ToUnixTimeMilliseconds(),
            });
            return inserted == 0 ? Problems.NotFound("tenant") : TypedResults.Created($"/api/v1/admin/users/{user.Id}", user);
        }
        catch (DbException exception) when (store.IsDuplicate(exception))
        {
            return Problems.Conflict("The user name is taken.");
        }
    }
}
