using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;

namespace ServiceDefaults;

/// <summary>
/// Outgoing HTTP made by <c>IHttpClientFactory</c>: retry with backoff, circuit breaker, time limits. Only safe methods are repeated:
/// whether a POST may be sent twice is for its sender to know. ClickHouse is not reached this way: its inserts and queries have
/// retries and deadlines of their own.
/// </summary>
internal static class Resilience
{
    public static void AddResilience(this IServiceCollection services) =>
        services.ConfigureHttpClientDefaults(http =>
            http.AddStandardResilienceHandler(options => options.Retry.DisableForUnsafeHttpMethods()));
}
