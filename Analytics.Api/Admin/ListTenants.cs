using Analytics.Api.Control;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Admin;

/// <summary>What may be told of a tenant.</summary>
internal sealed record TenantView(string Name, DateTimeOffset Created);

/// <summary><c>GET /admin/tenants</c>.</summary>
internal static class ListTenants
{
    internal sealed record Answer(IReadOnlyList<TenantView> Items);

    public static async Task<Ok<Answer>> HandleAsync(ControlStore store, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<(string Name, long Created)>(
            new CommandDefinition("SELECT name, created FROM tenants ORDER BY name", cancellationToken: cancellation));
        return TypedResults.Ok(new Answer(rows.Select(row => new TenantView(row.Name, UnixTime.From(row.Created))).ToList()));
    }
}
