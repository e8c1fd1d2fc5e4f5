using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>The top groups, then the rest if there is one and it was asked for.</summary>
/// <param name="Before">What to compare with; null when that was not asked for.</param>
internal sealed record BreakdownPlan(BreakdownQuery Query, ResolvedRange Range, Source Source, Previous? Before = null) : QueryPlan(Range, Source)
{
    public override IReadOnlyList<Column> Columns =>
    [
        .. Query.GroupBy.Select(group => new Column(group.Name, ColumnType.Text)),
        .. Query.Other ? [new Column(BreakdownQuery.OtherColumn, ColumnType.Boolean)] : Array.Empty<Column>(),
        .. Query.Measures.Select(measure => new Column(measure.Name, measure.Type)),
        .. Before is null ? [] : Comparison.Columns(Query.Measures),
    ];

    public override ResolvedRange Touched => Before is null ? Range : new ResolvedRange(Before.Range.From, Range.To);

    public override async Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken)
    {
        var top = await asker.RunAsync(BreakdownSql.TopGroups(this, asker.Tenant), QueryRunner.JsonRows, cancellationToken);
        var groups = GroupRows.Read(top.Bytes, Query.GroupBy.Count).Texts;
        var hasRest = Query.Other && groups.Count == Query.Limit; // fewer means all: there is no rest
        var result = await FollowedAsync(top, hasRest ? BreakdownSql.Others(this, asker.Tenant, groups) : null, asker, cancellationToken);
        if (Before is null)
            return result.ToRows();

        using (result)
            return await ComparedAsync(result, groups, Before, asker, cancellationToken);
    }

    // The range before has a rest where groups of it are none of this one.
    private async Task<Rows> ComparedAsync(
        QueryResult result, IReadOnlyList<IReadOnlyList<string?>> groups, Previous before, Asker asker, CancellationToken cancellationToken)
    {
        var rows = new ComparedRows(Query.GroupBy.Count + (Query.Other ? 1 : 0), Measure.Empty(Query.Measures));
        var others = Query.Other ? BreakdownSql.Others(this, asker.Tenant, groups, before) : null;
        if (groups.Count == 0 && others is null)
            return rows.Write(result, null);

        var first = groups.Count > 0 ? BreakdownSql.GroupsBefore(this, before, asker.Tenant, groups) : others!;
        var found = await asker.RunAsync(first, QueryRunner.JsonRows, cancellationToken);
        using var previous = await FollowedAsync(found, groups.Count > 0 ? others : null, asker, cancellationToken);
        return rows.Write(result, previous);
    }

    private static async Task<QueryResult> FollowedAsync(QueryResult result, Statement? next, Asker asker, CancellationToken cancellationToken)
    {
        if (next is null)
            return result;

        try
        {
            using var rows = await asker.RunAsync(next, QueryRunner.JsonRows, cancellationToken);
            return result.Followed(rows);
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }
}
