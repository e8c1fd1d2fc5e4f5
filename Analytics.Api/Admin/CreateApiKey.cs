using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json.Serialization;
using Analytics.Api.Auth;
using Analytics.Api.Control;
using Analytics.Api.Errors;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Admin;

/// <summary><c>POST /admin/api-keys</c>: the secret is in this answer and nowhere else.</summary>
internal static class CreateApiKey
{
    private const string Sql =
        """
        INSERT INTO api_keys (id, prefix, hash, name, role, tenant, origin, created, expires)
        SELECT @Id, @Prefix, @hash, @Name, @Role, name, 'api', @created, @expires FROM tenants WHERE name = @Tenant
        """;

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record Request(
        [property: Required, StringLength(100, MinimumLength = 1)] string Name,
        [property: Required, RegularExpression(Roles.Pattern)] string Role,
        DateTimeOffset? Expires = null,
        string? Tenant = null) : IValidatedRequest;

    internal sealed record Answer(
        string Id, string Key, string Prefix, string Name, string Role, string Tenant, DateTimeOffset Created, DateTimeOffset? Expires);

    public static async Task<Results<Created<Answer>, ProblemHttpResult>> HandleAsync(
        Request request, ClaimsPrincipal caller, HttpResponse response, TenantScope scope, ControlStore store, TimeProvider time, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (scope.Choose(caller, request.Tenant) is not { } tenant)
            return Problems.OtherTenant();
        if (request.Expires <= now)
            return Problems.InvalidRequest("expires lies in the past.");

        var key = Secrets.NewApiKey();
        var answer = new Answer(
            Guid.CreateVersion7(now).ToString("n"), key, Secrets.Prefix(key), request.Name, request.Role, tenant, now, request.Expires);
        await using var connection = await store.OpenAsync(cancellation);
        var inserted = await connection.ExecuteAsync(Sql, new
        {
            answer.Id,
            answer.Prefix,
            hash = Sha256Hash.Of(key).ToString(),
            answer.Name,
            answer.Role,
            answer.Tenant,
            created = now.ToUnixTimeMilliseconds(),
            expires = request.Expires?.ToUnixTimeMilliseconds(),
        });
        if (inserted == 0)
            return Problems.NotFound("tenant");
        response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/api/v1/admin/api-keys/{answer.Id}", answer);
    }
}
