using System.Diagnostics;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Caching;

/// <summary>A question at its moment: the key, the time it means now, how to plan it (null: it cannot be answered).</summary>
internal sealed record Asked(CacheKey Key, ResolvedRange Range, Asker Asker, Func<QueryPlan?> Plan);

/// <summary>An answer out of the cache or freshly computed.</summary>
/// <param name="Word"><c>hit</c>, <c>partial</c> or <c>miss</c>.</param>
internal sealed record Found(CachedAnswer Answer, QueryCost Cost, string Word);

/// <summary>What came of a question: the answer, or that the client has it already; the version of its events, when it could be read.</summary>
internal readonly record struct Lookup(Found? Found, DataVersion? Version, bool IsCurrent);

/// <summary>
/// Answers that are never older than the question. An answer is kept together with the version of what was stored in the hours it touches,
/// read before it was computed; it is used again only when that version, read after the next question arrived, is the same. Events become
/// visible before their version changes, and are acknowledged after it, so an answer out of the cache holds every event that was
/// acknowledged before the question. See docs/caching.md.
/// </summary>
internal sealed class AnswerCache(
    VersionChecks checks, MemoryLevel memory, RedisLevel redis, IOptions<CacheOptions> options, CacheTelemetry telemetry, TimeProvider clock)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private readonly Flights<(CacheKey, ResolvedRange, DataVersion, string Role), Found> _flights = new();

    /// <summary>
    /// The answer; none when the question cannot be planned. <paramref name="isCurrent"/> is asked about the version of the events: when it says
    /// true, the client has the answer already, and nothing is computed.
    /// </summary>
    public async Task<Lookup> FindAsync(
        Asked asked, CacheRequest request, Func<DataVersion, bool> isCurrent, CancellationToken cancellationToken)
    {
        var old = memory.Find(asked.Key);
        var plan = old?.Range == asked.Range ? null : asked.Plan();
        if (plan is null && old?.Range != asked.Range)
            return default;

        var hours = options.Value.Enabled ? await checks.ReadAsync(asked.Key.Tenant, plan?.Touched ?? old!.Touched, cancellationToken) : null;
        var version = hours?.Of(plan?.Touched ?? old!.Touched);
        if (version is { } known && isCurrent(known))
            return Count(new(null, version, true), "not_modified");
        if (request.MayReuse && version is { } current && old?.Answers(asked.Range, current) is true)
            return Count(new(new Found(old, default, "hit"), version, false), "hit", old);

        plan ??= asked.Plan();
        if (plan is null)
            return default;
        if (version is null || !request.MayReuse)
        {
            var fresh = await ComputeAsync(asked, plan, hours ?? StoredHours.Nothing, null, cancellationToken);
            if (version is not null && request.MayKeep)
                Keep(asked.Key, fresh.Answer);
            return Count(new(fresh, version, false), version is null ? "unchecked" : "bypass");
        }

        var found = await _flights.JoinAsync(
            (asked.Key, asked.Range, version.Value, asked.Asker.Role), cancellation => FlyAsync(asked, plan, hours!, version.Value, cancellation), cancellationToken);
        return Count(new(found, version, false), found.Word, found.Word == "hit" ? found.Answer : null);
    }

    /// <summary>Redis may have it, or another process may be at it; else it is computed, as far as it must be.</summary>
    private async Task<Found> FlyAsync(Asked asked, QueryPlan plan, StoredHours hours, DataVersion version, CancellationToken cancellationToken)
    {
        var old = memory.Find(asked.Key);
        if (old?.Answers(asked.Range, version) is true)
            return new Found(old, default, "hit");
        if (await SharedAsync(asked, plan, version) is { IsAnswer: true } shared)
            return shared.Found;

        await using var claim = await redis.TryClaimAsync(asked.Key);
        if (claim is null && await AwaitOtherAsync(asked, plan, version, old?.Took, cancellationToken) is { } theirs)
            return theirs;

        var found = await ComputeAsync(asked, plan, hours, memory.Find(asked.Key), cancellationToken);
        Keep(asked.Key, found.Answer);
        return found;
    }

    // An answer of another version is kept all the same when nothing newer is there: its rows may serve again.
    private async Task<(bool IsAnswer, Found Found)> SharedAsync(Asked asked, QueryPlan plan, DataVersion version)
    {
        if (await redis.FindAsync(asked.Key) is not { } read)
            return default;
        var shared = read with { Columns = plan.Columns };
        if (shared.Answers(asked.Range, version) || shared.ComputedUnixMs > (memory.Find(asked.Key)?.ComputedUnixMs ?? 0))
            memory.Keep(asked.Key, shared);
        return (shared.Answers(asked.Range, version), new Found(shared, default, "hit"));
    }

    // Never longer than computing took the last time: waiting must not be slower than doing it oneself.
    private async Task<Found?> AwaitOtherAsync(Asked asked, QueryPlan plan, DataVersion version, TimeSpan? took, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var longest = took is { } last && last < options.Value.LongestWait ? last : options.Value.LongestWait;
        while (Stopwatch.GetElapsedTime(started) < longest)
        {
            await Task.Delay(Poll, cancellationToken);
            if (await SharedAsync(asked, plan, version) is { IsAnswer: true } shared)
                return shared.Found;
        }

        return null;
    }

    private async Task<Found> ComputeAsync(Asked asked, QueryPlan plan, StoredHours hours, CachedAnswer? old, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var asker = asked.Asker with { AsksAgain = memory.Find(asked.Key) is not null };
        if (plan.Parts is not { Count: > 0 } parts)
        {
            using var rows = await plan.RunAsync(asker, cancellationToken);
            return new Found(Answer(rows.Bytes.ToArray(), rows.Count, []), rows.Cost, "miss");
        }

        var reused = Patchwork.Reuse(parts, hours, old);
        var stretches = Patchwork.Stretches(reused);
        var isWhole = stretches is [{ First: 0 } whole] && whole.End == parts.Count;
        var computed = await Task.WhenAll(stretches.Select(stretch =>
            (isWhole ? plan : plan.Part(Patchwork.Range(parts, stretch))).RunAsync(asker, cancellationToken)));
        try
        {
            var (bytes, pieces) = Patchwork.Assemble(parts, hours, reused, old?.Rows ?? [], [.. stretches.Zip(computed)]);
            var cost = computed.Aggregate(default(QueryCost), (sum, rows) => sum + rows.Cost);
            return new Found(Answer(bytes, parts.Count, pieces), cost, isWhole ? "miss" : "partial");
        }
        finally
        {
            foreach (var rows in computed)
                rows.Dispose();
        }

        CachedAnswer Answer(byte[] bytes, int count, Piece[] pieces) => new(
            asked.Range, plan.Touched, hours.Of(plan.Touched), bytes, count, plan.Source.Word,
            clock.GetUtcNow().ToUnixTimeMilliseconds(), Stopwatch.GetElapsedTime(started))
        {
            Columns = plan.Columns,
            Pieces = pieces,
        };
    }

    private void Keep(CacheKey key, CachedAnswer answer)
    {
        memory.Keep(key, answer);
        redis.Keep(key, answer);
    }

    private Lookup Count(Lookup result, string word, CachedAnswer? used = null)
    {
        telemetry.Lookups.Add(1, new KeyValuePair<string, object?>("result", word));
        if (used is not null)
            telemetry.Age.Record((clock.GetUtcNow().ToUnixTimeMilliseconds() - used.ComputedUnixMs) / 1000.0);
        return result;
    }
}
