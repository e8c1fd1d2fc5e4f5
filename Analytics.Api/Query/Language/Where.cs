namespace Analytics.Api.Query.Language;

/// <summary>The condition every statement begins with: the tenant, then the range, then the filters.</summary>
internal static class Where
{
    public static string Of(string tenant, ResolvedRange? range, IEnumerable<Filter> filters, SqlParameters parameters)
    {
        var sql = new FieldSql(parameters);
        var conditions = new List<string> { $"tenant = {parameters.Text(tenant, "tenant")}" };
        if (range is { } bounds)
        {
            conditions.Add($"time >= {parameters.Instant(bounds.FromMs, "from")}");
            conditions.Add($"time < {parameters.Instant(bounds.ToMs, "to")}");
        }

        conditions.AddRange(filters.Select(sql.Condition));
        return string.Join("\n  AND ", conditions);
    }
}
