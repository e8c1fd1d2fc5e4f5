using System.Globalization;

namespace Analytics.Api.Query.Language;

/// <summary>A type of events, how many there are, and the seconds between which the first and the last lie at the latest and earliest.</summary>
internal sealed record SeenType(string Name, long Count, long FirstSecond, long LastSecond);

/// <summary>Compiles the description of a tenant's events: which types there are, since when and until when, and the newest events of each.</summary>
internal static class SchemaSql
{
    private const long Day = 86_400;

    /// <summary>What the columns of one row besides data and extensions take at most.</summary>
    private const long OtherBytes = 768;

    /// <summary>A row: type, events, the beginnings of the stretches that hold the first and the last one, and how many types there are in all.</summary>
    public static Statement Types(SchemaPlan plan, string tenant)
    {
        var parameters = new SqlParameters();
        var count = plan.Source.Value(Measure.Count, new FieldSql(parameters));
        return new Statement(
            $$"""
            SELECT type AS g0, {{count}} AS n, toUnixTimestamp(min(time)), toUnixTimestamp(max(time)), count() OVER ()
            FROM {{plan.Source.Rows(tenant, plan.Range, plan.Query.Filters, parameters)}}
            GROUP BY g0
            HAVING n > 0
            ORDER BY n DESC, g0
            LIMIT {{Integer(plan.Query.Limit)}}
            """, parameters);
    }

    /// <summary>A row: type, and its first and last time to the millisecond. Sums are kept by the day: only its first and last one are read.</summary>
    public static Statement Moments(SchemaPlan plan, string tenant, IReadOnlyList<SeenType> types)
    {
        var parameters = new SqlParameters();
        var ends = types.Select(type =>
            $"(type = {parameters.Text(type.Name)} AND (time < {parameters.Instant((type.FirstSecond + Day) * 1_000)} OR time >= {parameters.Instant(type.LastSecond * 1_000)}))");
        return new Statement(
            $$"""
            SELECT type AS g0, toUnixTimestamp64Milli(min(time)), toUnixTimestamp64Milli(max(time))
            FROM {{Source.Raw.Table}}
            WHERE {{Where.Of(tenant, plan.Range, [], parameters)}}
              AND ({{string.Join("\n    OR ", ends)}})
            GROUP BY g0
            """, parameters);
    }

    /// <summary>
    /// The newest events of each type, as <see cref="EventRow"/> reads them. They are ranked by their keys and sizes alone, and only those that fit are
    /// read whole: the engine never sorts more of them than that.
    /// </summary>
    /// <param name="most">Of one type.</param>
    /// <param name="mostBytes">Of one type; its newest event may be larger.</param>
    public static Statement Sample(SchemaPlan plan, string tenant, IReadOnlyList<SeenType> types, int most, int mostBytes)
    {
        var parameters = new SqlParameters();
        var newest = types.Select(type =>
            $$"""
                        (
                            SELECT type, time, kafka_partition, kafka_offset, length(data) + length(extensions) + {{Integer(OtherBytes)}} AS size
                            FROM {{Source.Raw.Table}}
                            WHERE {{Where.Of(tenant, plan.Range, [], parameters).Replace("\n", "\n                ", StringComparison.Ordinal)}}
                              AND type = {{parameters.Text(type.Name)}}
                            ORDER BY time DESC, kafka_partition DESC, kafka_offset DESC
                            LIMIT {{Integer(most)}}
                        )
            """);
        return new Statement(
            $$"""
            SELECT id, type, source, subject, toUnixTimestamp64Milli(time), sessionid, traceid, data, extensions,
                   toUnixTimestamp64Milli(received), kafka_partition, kafka_offset
            FROM {{Source.Raw.Table}}
            WHERE {{Where.Of(tenant, plan.Range, [], parameters)}}
              AND (type, time, kafka_partition, kafka_offset) IN
              (
                  SELECT type, time, kafka_partition, kafka_offset
                  FROM
                  (
                      SELECT *, row_number() OVER newest AS rank, sum(size) OVER newest AS total
                      FROM
                      (
            {{string.Join("\n            UNION ALL\n", newest)}}
                      )
                      WINDOW newest AS (PARTITION BY type ORDER BY time DESC, kafka_partition DESC, kafka_offset DESC)
                  )
                  WHERE rank = 1 OR total <= {{Integer(mostBytes)}}
              )
            ORDER BY type, time DESC, kafka_partition DESC, kafka_offset DESC
            """, parameters);
    }

    private static string Integer(long value) => value.ToString(CultureInfo.InvariantCulture);
}
