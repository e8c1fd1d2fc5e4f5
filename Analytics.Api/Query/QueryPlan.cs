using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>A question whose moment, range and source are settled: ready to be asked by anybody of any tenant.</summary>
internal abstract record QueryPlan(ResolvedRange Range, Source Source)
{
    public abstract IReadOnlyList<Column> Columns { get; }

    /// <summary>Computes the rows in the order of the answer.</summary>
    /// <exception cref="QueryFailedException">The engine refused, stopped or is away.</exception>
    public abstract Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken);
}
