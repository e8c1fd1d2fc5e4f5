using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>Measures by bucket of time, for the top groups if asked to group.</summary>
internal sealed record TimeseriesPlan(TimeseriesQuery Query, ResolvedRange Range, Buckets Buckets, Source Source) : QueryPlan(Range, Source)
{
    public override IReadOnlyList<Column> Columns =>
    [
        new Column("time", ColumnType.Time),
        .. Query.GroupBy.Select(group => new Column(group.Name, ColumnType.Text)),
        .. Query.Measures.Select(measure => new Column(measure.Name, measure.Type)),
    ];

    public override async Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken)
    {
        var (groups, top, cost) = await TopGroupsAsync(asker, cancellationToken);
        using var result = groups.Count == 0
            ? null
            : await asker.RunAsync(TimeseriesSql.Values(this, asker.Tenant, top), QueryRunner.JsonRows, cancellationToken);
        var bytes = new PooledBuffer();
        if (result is not null)
            TimeseriesAnswer.WriteRows(bytes, this, groups, result.Bytes);
        return new Rows(bytes, Buckets.Count * groups.Count, cost + (result?.Cost ?? default));
    }

    /// <summary>The groups as JSON for the answer and as texts for the next statement; one nameless group when there is no grouping.</summary>
    private async Task<(List<byte[]> Json, List<IReadOnlyList<string?>> Texts, QueryCost Cost)> TopGroupsAsync(
        Asker asker, CancellationToken cancellationToken)
    {
        if (Query.GroupBy.Count == 0)
            return ([[]], [], default);

        using var result = await asker.RunAsync(TimeseriesSql.TopGroups(this, asker.Tenant), QueryRunner.JsonRows, cancellationToken);
        var (json, texts) = Read(result.Bytes, Query.GroupBy.Count);
        return (json, texts, result.Cost);
    }

    private static (List<byte[]> Json, List<IReadOnlyList<string?>> Texts) Read(ReadOnlySpan<byte> rest, int width)
    {
        List<byte[]> json = [];
        List<IReadOnlyList<string?>> texts = [];
        while (JsonRow.TryTake(ref rest, out var row))
        {
            json.Add(row.ToArray());
            var group = new string?[width];
            for (var i = 0; i < width; i++)
                group[i] = JsonRow.Text(JsonRow.Take(ref row));
            texts.Add(group);
        }

        return (json, texts);
    }
}
