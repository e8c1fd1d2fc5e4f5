using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Query;

/// <summary>Measures by bucket of time, for the top groups if asked to group.</summary>
/// <param name="Before">What to compare with; null when that was not asked for.</param>
internal sealed record TimeseriesPlan(TimeseriesQuery Query, ResolvedRange Range, Buckets Buckets, Source Source, PreviousBuckets? Before = null)
    : QueryPlan(Range, Source)
{
    public override IReadOnlyList<Column> Columns =>
    [
        new Column("time", ColumnType.Time),
        .. Query.GroupBy.Select(group => new Column(group.Name, ColumnType.Text)),
        .. Query.Measures.Select(measure => new Column(measure.Name, measure.Type)),
        .. Before is null ? [] : Comparison.Columns(Query.Measures).Prepend(Comparison.Time),
    ];

    public override ResolvedRange Touched => Before is null ? Range : new ResolvedRange(Before.Range.From, Range.To);

    /// <summary>
    /// Buckets are independent of each other, but for the top groups, which are those of the whole range, and for comparisons: then a row also
    /// depends on hours that lie outside of its own time.
    /// </summary>
    public override IReadOnlyList<ResolvedRange>? Parts => Query.GroupBy.Count > 0 || Before is not null ? null :
    [
        .. Buckets.Starts.Select((start, i) => new ResolvedRange(
            Instant.Max(Range.From, Instant.FromUnixTimeSeconds(start)),
            i + 1 < Buckets.Count ? Instant.FromUnixTimeSeconds(Buckets.Starts[i + 1]) : Range.To)),
    ];

    public override QueryPlan Part(ResolvedRange range) => Planner.Plan(
        Query with { Range = new TimeRange.Between(range.From, range.To), Interval = Buckets.Interval }, range.To, new QueryErrors())
        ?? throw new InvalidOperationException("A part of a question that can be planned cannot.");

    public override async Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken)
    {
        var (groups, cost) = await TopGroupsAsync(asker, cancellationToken);
        using var result = groups.Json.Count == 0
            ? null
            : await asker.RunAsync(TimeseriesSql.Values(this, asker.Tenant, groups.Texts), QueryRunner.JsonRows, cancellationToken);
        using var before = groups.Json.Count == 0 || Before is not { Buckets.Count: > 0 }
            ? null
            : await asker.RunAsync(TimeseriesSql.ValuesBefore(this, Before, asker.Tenant, groups.Texts), QueryRunner.JsonRows, cancellationToken);
        var bytes = new PooledBuffer();
        if (result is not null)
            new BucketRows(groups.Json, Query.GroupBy.Count, Measure.Empty(Query.Measures)).Write(bytes, Buckets, result.Bytes, Before, before is null ? default : before.Bytes);
        return new Rows(bytes, Buckets.Count * groups.Json.Count, cost + (result?.Cost ?? default) + (before?.Cost ?? default));
    }

    private async Task<(GroupRows Groups, QueryCost Cost)> TopGroupsAsync(Asker asker, CancellationToken cancellationToken)
    {
        if (Query.GroupBy.Count == 0)
            return (GroupRows.Whole, default);

        using var result = await asker.RunAsync(TimeseriesSql.TopGroups(this, asker.Tenant), QueryRunner.JsonRows, cancellationToken);
        return (GroupRows.Read(result.Bytes, Query.GroupBy.Count), result.Cost);
    }
}
