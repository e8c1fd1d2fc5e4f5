using Analytics.Api.Query.Language;

namespace Analytics.Api.Query;

/// <summary>The distinct values of a field, each with its kind and how many events have it.</summary>
internal sealed record ValuesPlan(ValuesQuery Query, ResolvedRange Range, Source Source) : QueryPlan(Range, Source)
{
    public override IReadOnlyList<Column> Columns { get; } =
        [new Column("value", ColumnType.Text), new Column("type", ColumnType.Text), new Column("count", ColumnType.Integer)];

    public override async Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken) =>
        (await asker.RunAsync(ValuesSql.Of(this, asker.Tenant), QueryRunner.JsonRows, cancellationToken)).ToRows();
}
