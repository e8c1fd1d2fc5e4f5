using System.Globalization;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Compiles an export of events, in the order of the table, so that the engine reads along its index and sorts next to nothing: any number
/// of rows in little memory. The rows are those of <see cref="EventListSql"/>. One statement sees one moment of the table: what is stored
/// meanwhile is either in it or not, and nothing is in it twice.
/// </summary>
internal static class EventExportSql
{
    public static Statement All(EventExportQuery query, ResolvedRange? range, ExportPosition? after, string tenant)
    {
        var parameters = new SqlParameters();
        var where = Where.Of(tenant, range, query.Filters, parameters);
        if (after is { } row)
        {
            var (type, time) = (parameters.Text(row.Type, "after_type"), parameters.Instant(row.TimeUnixMs, "after_time"));
            where += $"\n  AND type >= {type}"; // the index understands this one
            where += $"\n  AND (type, time, kafka_partition, kafka_offset) > ({type}, {time}, {parameters.Integer(row.Partition, "after_partition")}, {parameters.Integer(row.Offset, "after_offset")})";
        }

        var limit = query.Limit is { } most ? $"\nLIMIT {most.ToString(CultureInfo.InvariantCulture)}" : "";
        return new Statement(
            $$"""
            SELECT id, type, source, subject, toUnixTimestamp64Milli(time), sessionid, traceid, data, extensions,
                   toUnixTimestamp64Milli(received), kafka_partition, kafka_offset
            FROM {{Source.Raw.Table}}
            WHERE {{where}}
            ORDER BY tenant, type, time, kafka_partition, kafka_offset{{limit}}
            """, parameters);
    }
}
