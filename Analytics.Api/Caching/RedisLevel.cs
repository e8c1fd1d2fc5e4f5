using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Analytics.Api.Caching;

/// <summary>
/// Answers shared by all processes. Nothing here can fail a question or hold it up: Redis has <see cref="CacheOptions.RedisTimeout"/> for a
/// call, is left alone for a while after it failed, and what it says is believed only when it proves to be an answer to the very question.
/// </summary>
internal sealed partial class RedisLevel(Func<IConnectionMultiplexer> connect, IOptions<CacheOptions> options, CacheTelemetry telemetry, ILogger<RedisLevel> log)
{
    private static readonly TimeSpan LockLife = TimeSpan.FromSeconds(10); // of a process that died while it computed
    private const int MostWrites = 64;

    // Connecting blocks while Redis is away: not in the way of a question.
    private readonly Lazy<Task<IConnectionMultiplexer>> _redis = new(() => Task.Run(connect));
    private long _restUntil;
    private int _writes;

    public bool IsConnected => Redis is { IsConnected: true };

    private IConnectionMultiplexer? Redis => _redis.Value is { IsCompletedSuccessfully: true } connected ? Completed(connected) : null;

    public async Task<CachedAnswer?> FindAsync(CacheKey key)
    {
        if (await TryAsync(database => database.StringGetAsync(Name(key))) is not { IsNull: false } value || (byte[]?)value is not { } bytes)
            return null;

        try
        {
            if (AnswerCodec.Read(key, bytes) is { } answer)
                return answer;
        }
        catch (Exception odd) when (odd is IOException or ArgumentException or OverflowException)
        {
            // Falls through: its check sum was right, its layout is not ours.
        }

        telemetry.RedisFailures.Add(1, new KeyValuePair<string, object?>("reason", "garbage"));
        _ = TryAsync(database => database.KeyDeleteAsync(Name(key)));
        return null;
    }

    /// <summary>Nobody waits for it; when many writes are under way it is left out.</summary>
    public void Keep(CacheKey key, CachedAnswer answer)
    {
        if (answer.Bytes > options.Value.MaxSharedBytes || !IsAwake)
            return;
        if (Interlocked.Increment(ref _writes) > MostWrites)
            Interlocked.Decrement(ref _writes);
        else
            _ = WriteAsync(key, answer);
    }

    /// <summary>The right to compute an answer, for one process at a time; null when another one has it. Without Redis everybody has it.</summary>
    public async Task<IAsyncDisposable?> TryClaimAsync(CacheKey key)
    {
        var (name, token) = (Name(key).Append(":claim"), (RedisValue)Guid.NewGuid().ToString("N"));
        var taken = await TryAsync(database => database.LockTakeAsync(name, token, LockLife), otherwise: true);
        return taken ? new Claim(this, name, token) : null;
    }

    private bool IsAwake => IsConnected && Stopwatch.GetTimestamp() >= Interlocked.Read(ref _restUntil);

    private async Task WriteAsync(CacheKey key, CachedAnswer answer)
    {
        await TryAsync(database => database.StringSetAsync(Name(key), AnswerCodec.Write(key, answer), options.Value.Lifetime));
        Interlocked.Decrement(ref _writes);
    }

    private async Task<T?> TryAsync<T>(Func<IDatabase, Task<T>> call, T? otherwise = default)
    {
        if (!IsAwake)
            return otherwise;

        try
        {
            return await call(Redis!.GetDatabase()).WaitAsync(options.Value.RedisTimeout);
        }
        catch (Exception failure) // slow, away, or answering nonsense: the question goes on without it
        {
            var pause = (long)(options.Value.RedisPause.TotalSeconds * Stopwatch.Frequency);
            Interlocked.Exchange(ref _restUntil, Stopwatch.GetTimestamp() + pause);
            telemetry.RedisFailures.Add(1, new KeyValuePair<string, object?>("reason", failure is TimeoutException ? "slow" : "error"));
            Failed(options.Value.RedisPause, failure.Message);
            return otherwise;
        }
    }

    private static RedisKey Name(CacheKey key) =>
        $"analytics:answer:{AnswerCodec.Version}:{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Tenant}\0{key.Canonical}")))}";

#pragma warning disable RS0030 // completed
    private static T Completed<T>(Task<T> task) => task.Result;
#pragma warning restore RS0030

    [LoggerMessage(LogLevel.Warning, "Redis failed, the cache does without it for {Pause}: {Reason}")]
    private partial void Failed(TimeSpan pause, string reason);

    private sealed class Claim(RedisLevel level, RedisKey name, RedisValue token) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await level.TryAsync(database => database.LockReleaseAsync(name, token));
    }
}
