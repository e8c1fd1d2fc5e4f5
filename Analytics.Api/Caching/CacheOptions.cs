using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Caching;

/// <summary>The cache of answers. Section <c>Cache</c>.</summary>
internal sealed class CacheOptions
{
    public const string Section = "Cache";

    /// <summary>Whether answers are kept at all. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Memory of this process for answers, in bytes. Default 128 MiB.</summary>
    [Range(1_048_576, 1_099_511_627_776)]
    public long MemoryBytes { get; set; } = 128 * 1024 * 1024;

    /// <summary>Largest answer that is kept in memory, in bytes. Default 8 MiB.</summary>
    [Range(1_024, 1_073_741_824)]
    public int MaxEntryBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Largest answer that is kept in Redis, in bytes. Default 512 KiB.</summary>
    [Range(1_024, 536_870_912)]
    public int MaxSharedBytes { get; set; } = 512 * 1024;

    /// <summary>How long an answer is kept that nobody asks for again; its truth does not depend on it. Default 6 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How long Redis may take before the question is answered without it. Default 50 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan RedisTimeout { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long Redis is left alone after it failed. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan RedisPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the check of what is stored may take before the question is answered without the cache. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait for another process that computes the same answer. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromMilliseconds(500);
}

[OptionsValidator]
internal sealed partial class CacheOptionsValidator : IValidateOptions<CacheOptions>;
