using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>The top groups, then the rest if there is one and it was asked for.</summary>
internal sealed record BreakdownPlan(BreakdownQuery Query, ResolvedRange Range, Source Source) : QueryPlan(Range, Source)
{
    public override IReadOnlyList<Column> Columns =>
    [
        .. Query.GroupBy.Select(group => new Column(group.Name, ColumnType.Text)),
        .. Query.Other ? [new Column(BreakdownQuery.OtherColumn, ColumnType.Boolean)] : Array.Empty<Column>(),
        .. Query.Measures.Select(measure => new Column(measure.Name, measure.Type)),
    ];

    public override async Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken)
    {
        var result = await asker.RunAsync(BreakdownSql.TopGroups(this, asker.Tenant), QueryRunner.JsonRows, cancellationToken);
        var groups = GroupRows.Read(result.Bytes, Query.GroupBy.Count);
        if (!Query.Other || groups.Texts.Count < Query.Limit) // fewer means all: there is no rest
            return result.ToRows();

        try
        {
            using var others = await asker.RunAsync(BreakdownSql.Others(this, asker.Tenant, groups.Texts), QueryRunner.JsonRows, cancellationToken);
            return result.Followed(others).ToRows();
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }
}
