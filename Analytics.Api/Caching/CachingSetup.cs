using Analytics.Api.Query;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Analytics.Api.Caching;

internal static class CachingSetup
{
    public static void AddAnswerCache(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<CacheOptions>().BindConfiguration(CacheOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CacheOptions>, CacheOptionsValidator>();
        services.AddSingleton<MemoryLevel>();
        services.AddSingleton<CacheTelemetry>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<RedisLevel>(
            provider, (Func<IConnectionMultiplexer>)provider.GetRequiredService<IConnectionMultiplexer>));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<VersionChecks>(
            provider, (Func<Query.Language.Statement, CancellationToken, Task<QueryResult>>)provider.GetRequiredService<QueryRunner>().ReadVersionsAsync));
        services.AddSingleton<AnswerCache>();
    }
}
