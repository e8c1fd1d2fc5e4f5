using Analytics.Api.Query.Language;
using NodaTime;

namespace Analytics.Api.Query;

/// <summary>How many of each cohort returned in each period, for the top groups if asked to group.</summary>
/// <param name="Starts">When start events count.</param>
/// <param name="Range">What must be read: until the last period ends, and before the range for those who look for the first event ever.</param>
/// <param name="Buckets">Those of the cohorts, those of the periods after the last cohort, and at least one more.</param>
/// <param name="Cohorts">How many of the buckets are cohorts.</param>
/// <param name="Now">Periods that begin later have no numbers yet.</param>
internal sealed record RetentionPlan(
    RetentionQuery Query, ResolvedRange Starts, ResolvedRange Range, Buckets Buckets, int Cohorts, Instant Now, Source Source)
    : QueryPlan(Range, Source)
{
    public override IReadOnlyList<Column> Columns =>
    [
        new Column("cohort", ColumnType.Time),
        .. Query.GroupBy.Select(group => new Column(group.Name, ColumnType.Text)),
        new Column("size", ColumnType.Integer),
        new Column("period", ColumnType.Integer),
        new Column("returned", ColumnType.Integer),
        new Column("share", ColumnType.Number),
        new Column("complete", ColumnType.Boolean),
    ];

    /// <summary>Null when the answer would be too large, which <paramref name="errors"/> then says.</summary>
    public static RetentionPlan? Of(RetentionQuery query, Instant now, QueryErrors errors)
    {
        var starts = query.Range.Resolve(now, query.Zone);
        var groups = query.GroupBy.Count == 0 ? 1 : query.Limit;
        var rows = Buckets.Estimate(starts, query.Interval) * groups * (query.Periods + 1);
        if (rows > Planner.MostRows)
        {
            errors.Add("/periods", QueryErrorCodes.TooMany,
                $"About {rows} rows (cohorts x groups x periods); at most {Planner.MostRows} are allowed. Take fewer periods or groups, a wider interval or a shorter range.");
            return null;
        }

        // No day is longer than two, no month than 32 days; what is too much is only computed.
        var longest = Duration.FromSeconds(query.Interval.Seconds()) + Duration.FromDays(2);
        var cohorts = Buckets.Of(starts, query.Interval, query.Zone).Count;
        var buckets = Buckets.Of(new ResolvedRange(starts.From, starts.To + (longest * (query.Periods + 1))), query.Interval, query.Zone);
        var end = query.Mode == RetentionMode.Rolling ? TimeRange.Latest : Instant.FromUnixTimeSeconds(buckets.Starts[cohorts + query.Periods]);
        var from = query.Cohort == RetentionCohort.New ? TimeRange.Earliest : starts.From;
        return new RetentionPlan(query, starts, new ResolvedRange(from, end), buckets, cohorts, now, Source.Raw);
    }

    public override async Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken)
    {
        using var groups = (await asker.RunAsync(RetentionSql.Groups(this, asker.Tenant), QueryRunner.JsonRows, cancellationToken)).ToRows();
        var bytes = new PooledBuffer();
        var count = RetentionAnswer.WriteRows(bytes, this, groups.Bytes);
        return new Rows(bytes, count, groups.Cost);
    }
}
