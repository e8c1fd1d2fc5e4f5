using System.Globalization;

namespace Analytics.Api.Query.Language;

/// <summary>A place in a tenant's events, newest first. Partition and offset tell apart what happened at the same moment.</summary>
internal readonly record struct EventPosition(long TimeUnixMs, int Partition, long Offset);

/// <summary>
/// Compiles a page of events. A row, in <see cref="QueryRunner.Binary"/>: id, type, source, subject, time, sessionid, traceid, data, extensions,
/// received, partition, offset; times in Unix milliseconds.
/// </summary>
internal static class EventListSql
{
    public static Statement Page(EventListQuery query, ResolvedRange? range, EventPosition? after, string tenant)
    {
        var parameters = new SqlParameters();
        var where = Where.Of(tenant, range, query.Filters, parameters);
        if (after is { } position)
        {
            var time = parameters.Instant(position.TimeUnixMs, "cursor_time");
            where += $"\n  AND time <= {time}"; // the index understands this one
            where += $"\n  AND (time, kafka_partition, kafka_offset) < ({time}, {parameters.Integer(position.Partition, "cursor_partition")}, {parameters.Integer(position.Offset, "cursor_offset")})";
        }

        return new Statement(
            $$"""
            SELECT id, type, source, subject, toUnixTimestamp64Milli(time), sessionid, traceid, data, extensions,
                   toUnixTimestamp64Milli(received), kafka_partition, kafka_offset
            FROM {{Source.Raw.Table}}
            WHERE {{where}}
            ORDER BY time DESC, kafka_partition DESC, kafka_offset DESC
            LIMIT {{(query.Limit + 1).ToString(CultureInfo.InvariantCulture)}}
            """, parameters);
    }
}
