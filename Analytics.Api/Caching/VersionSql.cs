using Analytics.Api.Query.Language;

namespace Analytics.Api.Caching;

/// <summary>Asks what is stored, for any number of tenants at once.</summary>
internal static class VersionSql
{
    /// <summary>A row: the tenant's number in the list, the hour in Unix seconds, events, fingerprint; by tenant and hour.</summary>
    public static Statement Of(IReadOnlyList<(string Tenant, long From, long To)> asked)
    {
        var parameters = new SqlParameters();
        var tenants = parameters.Texts(asked.Select(one => one.Tenant));
        var wanted = asked.Select(one =>
            $"(tenant = {parameters.Text(one.Tenant)} AND hour >= toDateTime({parameters.Integer(one.From)}, 'UTC') AND hour < toDateTime({parameters.Integer(one.To)}, 'UTC'))");
        return new Statement(
            $$"""
            SELECT toUInt32(indexOf({{tenants}}, tenant) - 1) AS number, toInt64(toUnixTimestamp(hour)) AS at, sum(events), sum(fingerprint)
            FROM stored_hours
            WHERE tenant IN {{tenants}} AND ({{string.Join("\n  OR ", wanted)}} OR hour = toDateTime(0, 'UTC'))
            GROUP BY tenant, hour
            ORDER BY number, at
            """, parameters);
    }
}
