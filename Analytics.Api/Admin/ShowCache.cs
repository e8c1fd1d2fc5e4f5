using System.Security.Claims;
using Analytics.Api.Caching;
using Analytics.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Admin;

/// <summary><c>GET /admin/cache</c>: the answers of a tenant that this process keeps, and what the whole cache of the process takes.</summary>
internal static class ShowCache
{
    internal sealed record Answer(
        string Tenant, int Answers, long Bytes, double? OldestSeconds, long ProcessAnswers, long ProcessBytes, long ProcessMaxBytes, bool Redis);

    public static Results<Ok<Answer>, ProblemHttpResult> Handle(
        ClaimsPrincipal caller, TenantScope scope, MemoryLevel memory, RedisLevel redis, TimeProvider time, string? tenant = null)
    {
        if (scope.Choose(caller, tenant) is not { } chosen)
            return Problems.OtherTenant();

        var answers = memory.Of(chosen);
        var oldest = answers.Count == 0
            ? default(double?)
            : Math.Max(0, (time.GetUtcNow().ToUnixTimeMilliseconds() - answers.Min(answer => answer.ComputedUnixMs)) / 1000.0);
        return TypedResults.Ok(new Answer(
            chosen, answers.Count, answers.Sum(answer => answer.Bytes), oldest, memory.Count, memory.Bytes, memory.MaxBytes, redis.IsConnected));
    }
}
