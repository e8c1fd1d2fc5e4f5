using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>A question whose moment, range and source are settled: ready to be asked by anybody of any tenant.</summary>
internal abstract record QueryPlan(ResolvedRange Range, Source Source)
{
    public abstract IReadOnlyList<Column> Columns { get; }

    /// <summary>
    /// The time whose events the answer depends on, which the cache watches: override it where a plan reads events outside of
    /// <see cref="Range"/>, e.g. those of a period before.
    /// </summary>
    public virtual ResolvedRange Touched => Range;

    /// <summary>Where each row can be computed alone, the time of each; else null. They follow each other without gaps.</summary>
    public virtual IReadOnlyList<ResolvedRange>? Parts => null;

    /// <summary>The same question about the rows of one stretch of <see cref="Parts"/>.</summary>
    public virtual QueryPlan Part(ResolvedRange range) => throw new NotSupportedException();

    /// <summary>Computes the rows in the order of the answer.</summary>
    /// <exception cref="QueryFailedException">The engine refused, stopped or is away.</exception>
    public abstract Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken);
}
