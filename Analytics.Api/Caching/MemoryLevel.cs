using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Caching;

/// <summary>Answers in the memory of this process, bounded in bytes; the least recently used go first.</summary>
internal sealed class MemoryLevel(IOptions<CacheOptions> options) : IDisposable
{
    private readonly MemoryCache _answers = new(new MemoryCacheOptions { SizeLimit = options.Value.MemoryBytes, TrackStatistics = true });

    public long Bytes => _answers.GetCurrentStatistics()?.CurrentEstimatedSize ?? 0;

    public long MaxBytes => options.Value.MemoryBytes;

    public long Count => _answers.Count;

    public CachedAnswer? Find(CacheKey key) => _answers.TryGetValue(key, out var found) ? (CachedAnswer?)found : null;

    public void Keep(CacheKey key, CachedAnswer answer)
    {
        if (answer.Bytes > options.Value.MaxEntryBytes)
            return;
        _answers.Set(key, answer, new MemoryCacheEntryOptions { Size = answer.Bytes, SlidingExpiration = options.Value.Lifetime });
    }

    public IReadOnlyList<CachedAnswer> Of(string tenant) =>
        [.. Keys(tenant).Select(Find).OfType<CachedAnswer>()];

    public void Forget(string tenant)
    {
        foreach (var key in Keys(tenant))
            _answers.Remove(key);
    }

    public void Dispose() => _answers.Dispose();

    private List<CacheKey> Keys(string tenant) => [.. _answers.Keys.OfType<CacheKey>().Where(key => key.Tenant == tenant)];
}
