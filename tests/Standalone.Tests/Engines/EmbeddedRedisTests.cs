using Standalone.Engines;
using StackExchange.Redis;

namespace Standalone.Tests.Engines;

public sealed class EmbeddedRedisTests
{
    [Fact]
    public async Task It_stores_and_expires_for_who_knows_the_password()
    {
        var port = LoopbackPort.Choose();
        using var server = EmbeddedRedis.Start(port, "secret");
        await using var redis = await ConnectionMultiplexer.ConnectAsync(EmbeddedRedis.ConnectionString(port, "secret"));
        var database = redis.GetDatabase();

        await database.StringSetAsync("key", "value", TimeSpan.FromMinutes(1));

        Assert.Equal("value", await database.StringGetAsync("key"));
        Assert.NotNull(await database.KeyTimeToLiveAsync("key"));
    }

    [Fact]
    public async Task Without_the_password_nothing_is_answered()
    {
        var port = LoopbackPort.Choose();
        using var server = EmbeddedRedis.Start(port, "secret");

        await Assert.ThrowsAnyAsync<RedisException>(async () =>
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},connectTimeout=2000");
            await redis.GetDatabase().StringGetAsync("key");
        });
    }
}
