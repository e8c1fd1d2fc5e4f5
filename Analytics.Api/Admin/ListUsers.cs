using System.Security.Claims;
using Analytics.Api.Control;
using Analytics.Api.Errors;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Admin;

/// <summary>What may be told of a user.</summary>
internal sealed record UserView(string Id, string Username, string Role, string Tenant, DateTimeOffset Created, DateTimeOffset? Disabled);

/// <summary><c>GET /admin/users</c>.</summary>
internal static class ListUsers
{
    internal sealed record Answer(IReadOnlyList<UserView> Items);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> HandleAsync(
        ClaimsPrincipal caller, TenantScope scope, ControlStore store, CancellationToken cancellation, string? tenant = null)
    {
        if (scope.Choose(caller, tenant) is not { } chosen)
            return Problems.OtherTenant();
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            "SELECT id, name, role, tenant, created, disabled FROM users WHERE tenant = @tenant ORDER BY name",
            new { tenant = chosen },
            cancellationToken: cancellation));
        return TypedResults.Ok(new Answer(rows
            .Select(row => new UserView(row.Id, row.Name, row.Role, row.Tenant, UnixTime.From(row.Created), UnixTime.From(row.Disabled)))
            .ToList()));
    }

    private sealed record Row(string Id, string Name, string Role, string Tenant, long Created, long? Disabled);
}
