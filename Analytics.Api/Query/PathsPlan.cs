using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>How many paths took each step from one node to another.</summary>
internal sealed record PathsPlan(PathsQuery Query, ResolvedRange Range, Source Source) : QueryPlan(Range, Source)
{
    public override IReadOnlyList<Column> Columns { get; } =
    [
        new Column("step", ColumnType.Integer),
        new Column("source", ColumnType.Text),
        new Column("otherSource", ColumnType.Boolean),
        new Column("target", ColumnType.Text),
        new Column("otherTarget", ColumnType.Boolean),
        new Column("count", ColumnType.Integer),
        new Column("share", ColumnType.Number),
        new Column("subjects", ColumnType.Integer),
        new Column("medianSeconds", ColumnType.Number),
    ];

    public override ResolvedRange Touched => Query.Gap is { } gap ? SessionSql.Read(Range, gap) : Range;

    public override async Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken) =>
        (await asker.RunAsync(PathsSql.Edges(this, asker.Tenant), QueryRunner.JsonRows, cancellationToken)).ToRows();
}
