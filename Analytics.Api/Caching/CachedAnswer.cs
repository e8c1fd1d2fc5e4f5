using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Caching;

/// <summary>Whose question; what is asked. <c>last</c> stands in it as such, so a dashboard's question keeps its place in the cache.</summary>
internal readonly record struct CacheKey(string Tenant, string Canonical);

/// <summary>One row of an answer that can be computed alone: the time it covers, the version of the hours it touches, its bytes.</summary>
internal readonly record struct Piece(ResolvedRange Range, DataVersion Version, int Start, int Length);

/// <summary>
/// An answer and what it was computed from. It may be used again for a question that means the same range of time, as long as the hours it
/// touches are of the same version.
/// </summary>
internal sealed record CachedAnswer(
    ResolvedRange Range, ResolvedRange Touched, DataVersion Version, byte[] Rows, int Count, string Source, long ComputedUnixMs, TimeSpan Took)
{
    public IReadOnlyList<Column> Columns { get; init; } = [];

    /// <summary>Where the rows are independent of each other; else empty.</summary>
    public Piece[] Pieces { get; init; } = [];

    /// <summary>Approximate memory.</summary>
    public long Bytes => Rows.LongLength + (Pieces.LongLength * 56) + 512;

    public Instant Computed => Instant.FromUnixTimeMilliseconds(ComputedUnixMs);

    public bool Answers(ResolvedRange range, DataVersion version) => Range == range && Version == version;
}
