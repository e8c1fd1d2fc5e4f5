using Analytics.Contracts.Schema;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Where an answer is computed from. A source other than <see cref="Raw"/> gives exactly its answer, or it is not taken. Kinds of questions
/// that only the events can answer use <see cref="Table"/>.
/// </summary>
/// <param name="Word">What <c>meta.source</c> says.</param>
internal record Source(string Word, string Table)
{
    /// <summary>The events themselves: answers everything.</summary>
    public static readonly Source Raw = new("raw", Tables.Events);

    /// <summary>What stands behind FROM, up to GROUP BY: rows of the tenant and range that meet the filters.</summary>
    /// <param name="also">One more condition, on columns that filters may name.</param>
    public virtual string Rows(string tenant, ResolvedRange range, IReadOnlyList<Filter> filters, SqlParameters parameters, string? also = null) =>
        $"{Table}\nWHERE {Where.Of(tenant, range, filters, parameters)}{(also is null ? "" : $"\n  AND {also}")}";

    /// <summary>The measure as an aggregate over <see cref="Rows"/>.</summary>
    public virtual string Value(Measure measure, FieldSql sql) => MeasureSql.Value(measure, sql);

    /// <summary>The same as the answer shows it.</summary>
    public virtual string Printed(Measure measure, FieldSql sql) => MeasureSql.Printed(measure, sql);
}
