using System.Security.Claims;
using Analytics.Api.Control;
using Analytics.Api.Errors;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Admin;

/// <summary><c>GET /admin/api-keys</c>: newest first, revoked ones included.</summary>
internal static class ListApiKeys
{
    private const string Sql =
        """
        SELECT id, prefix, name, role, tenant, created, expires, revoked, last_used AS LastUsed
        FROM api_keys
        WHERE tenant = @tenant AND substr(prefix, 1, length(@prefix)) = @prefix
        ORDER BY created DESC, id DESC
        """;

    internal sealed record Answer(IReadOnlyList<ApiKeyView> Items);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> HandleAsync(
        ClaimsPrincipal caller, TenantScope scope, ControlStore store, CancellationToken cancellation, string? tenant = null, string? prefix = null)
    {
        if (scope.Choose(caller, tenant) is not { } chosen)
            return Problems.OtherTenant();
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(Sql, new { tenant = chosen, prefix = prefix ?? "" }, cancellationToken: cancellation));
        return TypedResults.Ok(new Answer(rows.Select(row => row.ToView()).ToList()));
    }

    private sealed record Row(
        string Id, string Prefix, string Name, string Role, string Tenant, long Created, long? Expires, long? Revoked, long? LastUsed)
    {
        public ApiKeyView ToView() => new(
            Id, Prefix, Name, Role, Tenant, UnixTime.From(Created), UnixTime.From(Expires), UnixTime.From(Revoked), UnixTime.From(LastUsed));
    }
}
