using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>Sessions by bucket, by group, by both or over all.</summary>
/// <param name="Buckets">Null without an interval.</param>
internal sealed record SessionsPlan(SessionsQuery Query, ResolvedRange Range, Buckets? Buckets, Source Source) : QueryPlan(Range, Source)
{
    public override IReadOnlyList<Column> Columns =>
    [
        .. Buckets is null ? Array.Empty<Column>() : [new Column("time", ColumnType.Time)],
        .. Query.GroupBy.Select(group => new Column(group.Name, ColumnType.Text)),
        .. Query.Measures.Select(measure => new Column(measure.Name, measure.Type)),
    ];

    /// <summary>An event within a gap before the range decides whether a session began there.</summary>
    public override ResolvedRange Touched => SessionSql.Read(Range, Query.Gap);

    public override async Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken)
    {
        var result = await asker.RunAsync(SessionsSql.Of(this, asker.Tenant), QueryRunner.JsonRows, cancellationToken);
        if (Buckets is null)
            return result.ToRows();

        using (result)
        {
            var width = Query.GroupBy.Count;
            var groups = width == 0 ? GroupRows.Whole.Json : GroupRows.ReadDistinct(result.Bytes, width);
            var bytes = new PooledBuffer();
            new BucketRows(groups, width, [.. Query.Measures.Select(measure => measure.Empty)]).Write(bytes, Buckets, result.Bytes);
            return new Rows(bytes, Buckets.Count * groups.Count, result.Cost);
        }
    }
}
