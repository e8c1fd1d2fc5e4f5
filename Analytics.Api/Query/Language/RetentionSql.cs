using System.Globalization;

namespace Analytics.Api.Query.Language;

/// <summary>
/// Compiles a retention into one statement that reads each event once. From the inside out: what each subject did in each bucket; where it
/// started and where it returned; a row for each start and each period after it; how many of these there are.
/// </summary>
internal static class RetentionSql
{
    /// <summary>
    /// A row per group, the largest first: the group's text, then three arrays of the same length: cohorts, periods and how many subjects.
    /// Period -1 is the size of the cohort. When rolling, a subject is counted in the last of its periods alone.
    /// </summary>
    public static Statement Groups(RetentionPlan plan, string tenant)
    {
        var parameters = new SqlParameters();
        var query = plan.Query;
        var grouped = query.GroupBy.Count > 0;
        var start = $"(bucket, at_once{(grouped ? ", started_as" : "")})";
        var events = Events(plan, tenant, parameters);
        return new Statement(
            $$"""
            SELECT {{(grouped ? "g0, " : "")}}groupArray(cohort), groupArray(period), groupArray(subjects)
            FROM
            (
                SELECT {{(grouped ? "start.3.1 AS g0, " : "")}}start.1 AS cohort, arrayJoin({{Periods(query)}}) AS period, count() AS subjects
                FROM
                (
                    SELECT
                        arrayJoin({{(query.Cohort == RetentionCohort.Any ? $"groupArrayIf({start}, started)" : $"[argMinIf({start}, bucket, started)]")}}) AS start,
                        {{(query.Mode == RetentionMode.Bounded ? "groupArrayIf" : "maxIf")}}(bucket, returned) AS returns
                    FROM
                    (
                        SELECT
                            subject,
                            bucket,
                            max(is_start) AS started,
                            max(is_return) AS returned,
                            started AND returned AND maxIf(time, is_return) >= minIf(time, is_start) AS at_once{{(grouped ? ",\n                argMinIf(tuple(g0), (time, kafka_partition, kafka_offset), is_start) AS started_as" : "")}}
                        FROM
                        (
                            {{events}}
                        )
                        WHERE is_start OR is_return
                        GROUP BY subject, bucket
                    )
                    GROUP BY subject
                    HAVING max(started)
                ){{(query.Cohort == RetentionCohort.New ? "\n    WHERE start.1 >= 0" : "")}}
                GROUP BY {{(grouped ? "g0, " : "")}}cohort, period
            )
            {{(grouped ? $"GROUP BY g0\nORDER BY sumIf(subjects, period = -1) DESC, g0 ASC NULLS LAST\nLIMIT {Integer(query.Limit)}" : "")}}
            """.TrimEnd(), parameters);
    }

    private static string Periods(RetentionQuery query) => query.Mode == RetentionMode.Bounded
        ? $"arrayConcat([-1], if(start.2, [0], []), arrayMap(r -> r - start.1, arrayFilter(r -> r > start.1 AND r <= start.1 + {Integer(query.Periods)}, returns)))"
        : $"if(returns > start.1, [-1, least(returns - start.1, {Integer(query.Periods)})], if(start.2, [-1, 0], [-1]))";

    private static string Events(RetentionPlan plan, string tenant, SqlParameters parameters)
    {
        var sql = new FieldSql(parameters);
        var query = plan.Query;
        var where = Where.Of(tenant, plan.Range, [EventPattern.HasSubject, .. EventPattern.TypesOf([query.Start, query.Return]), .. query.Filters], parameters);
        var bucket = Bucket(plan.Buckets, parameters);
        var began = "";
        if (query.Cohort == RetentionCohort.New)
        {
            var from = parameters.Instant(plan.Starts.FromMs, "starts_from");
            bucket = $"if(time < {from}, -1, {bucket})";
            began = $" AND time >= {from}";
        }

        return
            $$"""
            SELECT
                subject,
                time{{(query.GroupBy.Count > 0 ? $",\n    kafka_partition,\n    kafka_offset,\n    {sql.Text(query.GroupBy[0])} AS g0" : "")}},
                {{bucket}} AS bucket,
                {{query.Start.Condition(sql)}} AND time < {{parameters.Instant(plan.Starts.ToMs, "starts_to")}} AS is_start,
                {{query.Return.Condition(sql)}}{{began}} AS is_return
            FROM {{plan.Source.Table}}
            WHERE {{where}}
            """.Replace("\n", "\n                ", StringComparison.Ordinal);
    }

    // Equally wide buckets need one division per event; clock changes need a search in the list of starts.
    private static string Bucket(Buckets buckets, SqlParameters parameters)
    {
        if (buckets.Width > 0)
            return $"intDiv(toUnixTimestamp(time) - {parameters.Integer(buckets.Starts[0], "start")}, {parameters.Integer(buckets.Width, "width")})";

        var starts = parameters.Integers(buckets.Starts, "starts");
        return $"transform(roundDown(toInt64(toUnixTimestamp(time)), {starts}), {starts}, arrayMap(i -> toInt64(i - 1), arrayEnumerate({starts})))";
    }

    private static string Integer(long value) => value.ToString(CultureInfo.InvariantCulture);
}
