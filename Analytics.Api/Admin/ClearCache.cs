using System.Security.Claims;
using Analytics.Api.Caching;
using Analytics.Api.Errors;
using ClickHouse.Driver;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Admin;

/// <summary>
/// <c>DELETE /admin/cache</c>: makes every cached answer of a tenant outdated, in all processes and in Redis, by changing the version of all
/// its data (see <see cref="StoredHours"/>); then frees the memory of this process.
/// </summary>
internal static class ClearCache
{
    // No event has that partition: its count stays 0, and the row adds nothing but a number to the fingerprint.
    private const string Sql =
        """
        INSERT INTO rollups (grain, tenant, type, start, kafka_partition, events, fingerprint)
        SELECT 'stored', {tenant:String}, '', toDateTime(0, 'UTC'), 65535, 0, {number:UInt64}
        """;

    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        ClaimsPrincipal caller, TenantScope scope, IClickHouseClient clickHouse, MemoryLevel memory, CancellationToken cancellation, string? tenant = null)
    {
        if (scope.Choose(caller, tenant) is not { } chosen)
            return Problems.OtherTenant();

        var number = (ulong)Random.Shared.NextInt64(1, long.MaxValue);
        await clickHouse.ExecuteNonQueryAsync(Sql, ClickHouseParameters.Of(("tenant", chosen), ("number", number)), cancellationToken: cancellation);
        memory.Forget(chosen);
        return TypedResults.NoContent();
    }
}
