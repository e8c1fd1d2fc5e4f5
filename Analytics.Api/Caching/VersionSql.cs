using Analytics.Api.Query.Language;
using Analytics.Contracts.Schema;

namespace Analytics.Api.Caching;

/// <summary>
/// Asks what is stored, for any number of tenants at once: the rows of the view <see cref="Tables.StoredHours"/>, but from the table behind it. Every
/// question waits for this statement, and looking through a view takes the engine longer than reading these few rows.
/// </summary>
internal static class VersionSql
{
    /// <summary>A row: the tenant's number in the list, the hour in Unix seconds, events, fingerprint; by tenant and hour.</summary>
    public static Statement Of(IReadOnlyList<(string Tenant, long From, long To)> asked)
    {
        var parameters = new SqlParameters();
        var tenants = parameters.Texts(asked.Select(one => one.Tenant));
        var wanted = asked.Select(one =>
            $"(tenant = {parameters.Text(one.Tenant)} AND start >= toDateTime({parameters.Integer(one.From)}, 'UTC') AND start < toDateTime({parameters.Integer(one.To)}, 'UTC'))");
        return new Statement(
            $$"""
            SELECT toUInt32(indexOf({{tenants}}, tenant) - 1) AS number, toInt64(toUnixTimestamp(start)) AS at, sum(events), sum(fingerprint)
            FROM {{Tables.Rollups}}
            WHERE grain = 'stored' AND type = '' AND tenant IN {{tenants}} AND ({{string.Join("\n  OR ", wanted)}} OR start = toDateTime(0, 'UTC'))
            GROUP BY tenant, start
            ORDER BY number, at
            """, parameters);
    }
}
