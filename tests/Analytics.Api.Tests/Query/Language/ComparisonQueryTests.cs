using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using NodaTime;
using NodaTime.Text;
using Interval = Analytics.Api.Query.Language.Interval;

namespace Analytics.Api.Tests.Query.Language;

public sealed class ComparisonQueryTests
{
    private const string Grouped = """{"range":{"from":"2026-11-01T00:00:00Z","to":"2026-11-08T00:00:00Z"},"groupBy":["data.plan"],"measures":[{"op":"count"}],"compare":"previous"}""";

    [Theory]
    [InlineData("timeseries", "\"compare\":\"last\"", "/compare", QueryErrorCodes.UnknownValue)]
    [InlineData("timeseries", "\"compare\":true", "/compare", QueryErrorCodes.WrongType)]
    [InlineData("timeseries", "\"compare\":null", "/compare", QueryErrorCodes.WrongType)]
    [InlineData("breakdown", "\"compare\":\"\"", "/compare", QueryErrorCodes.UnknownValue)]
    [InlineData("values", "\"compare\":\"previous\"", "/compare", QueryErrorCodes.UnknownMember)]
    [InlineData("timeseries", "\"compare\":\"previous\",\"measures\":[{\"op\":\"count\",\"as\":\"time_previous\"}]", "/measures", QueryErrorCodes.Conflict)]
    [InlineData("timeseries", "\"compare\":\"previous\",\"measures\":[{\"op\":\"count\",\"as\":\"n\"},{\"op\":\"sum\",\"field\":\"data.x\",\"as\":\"n_previous\"}]", "/measures", QueryErrorCodes.Conflict)]
    [InlineData("breakdown", "\"compare\":\"previous\",\"groupBy\":[\"data.x_previous\"],\"measures\":[{\"op\":\"count\",\"as\":\"data.x\"}]", "/measures", QueryErrorCodes.Conflict)]
    public void Says_what_is_wrong_and_where(string kind, string members, string at, string code) =>
        Refusals.Check(QueryKinds.Find(kind)!, $$"""{"range":{"last":"7d"},{{members}}}""", at, code);

    [Theory]
    [InlineData("timeseries")]
    [InlineData("breakdown")]
    public void It_is_part_of_the_question(string kind)
    {
        var compared = Refusals.Accepted(QueryKinds.Find(kind)!, Grouped);
        var plain = Refusals.Accepted(QueryKinds.Find(kind)!, Grouped.Replace(",\"compare\":\"previous\"", "", StringComparison.Ordinal));

        var plan = compared.Plan(Instant.FromUtc(2026, 11, 24, 0, 0), new QueryErrors())!;

        Assert.NotEqual(plain.Canonical(), compared.Canonical());
        Assert.Equal(Instant.FromUtc(2026, 10, 25, 0, 0), plan.Touched.From);
        Assert.Equal(plan.Range.To, plan.Touched.To);
        Assert.Null(plan.Parts);
    }

    [Theory]
    [InlineData("UTC", "2026-11-10T00:00:00Z", "2026-11-17T00:00:00Z", null, "2026-11-03T00:00:00Z", "2026-11-10T00:00:00Z")]
    [InlineData("UTC", "2026-11-10T08:10:00Z", "2026-11-10T09:40:00Z", null, "2026-11-10T06:40:00Z", "2026-11-10T08:10:00Z")]
    [InlineData("UTC", "2026-11-10T08:10:00Z", "2026-11-10T09:40:00Z", "Hour", "2026-11-10T06:10:00Z", "2026-11-10T07:40:00Z")] // two hours back: 08 beside 06, 09 beside 07
    [InlineData("UTC", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", "Day", "2026-01-29T00:00:00Z", "2026-03-01T00:00:00Z")] // 31 days
    [InlineData("UTC", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", "Month", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")]
    [InlineData("UTC", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", "Week", "2026-01-25T00:00:00Z", "2026-02-25T00:00:00Z")] // five weeks back
    [InlineData("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "Hour", "2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z")] // 25 hours after 24
    [InlineData("Europe/Berlin", "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z", null, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")] // 24 hours after 23
    [InlineData("Europe/Berlin", "2026-10-25T00:40:00Z", "2026-10-25T01:20:00Z", "Day", "2026-10-24T00:40:00Z", "2026-10-24T01:20:00Z")] // from 02:40 to the second 02:20
    [InlineData("America/Sao_Paulo", "2017-10-15T03:00:00Z", "2017-10-17T02:00:00Z", null, "2017-10-13T03:00:00Z", "2017-10-15T03:00:00Z")] // the 15th began at 01:00
    [InlineData("UTC", "1970-01-01T00:00:00Z", "1970-01-03T00:00:00Z", "Day", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z")] // nothing is before
    public void The_range_before(string zone, string from, string to, string? interval, string start, string end)
    {
        var range = new TimeRange.Between(Parse(from), Parse(to));

        var previous = PreviousRange.Of(range, range.Resolve(default, DateTimeZone.Utc), Zone.Find(zone)!, interval is null ? null : Enum.Parse<Interval>(interval));

        Assert.Equal(new ResolvedRange(Parse(start), Parse(end)), previous.Range);
    }

    [Theory]
    [InlineData("24h", "2026-10-24T08:30:00Z")] // exactly, so an hour later by the clock
    [InlineData("1d", "2026-10-24T07:30:00Z")]
    [InlineData("2w", "2026-09-28T07:30:00Z")]
    public void Last_is_exact_in_hours_and_by_the_calendar_in_days(string last, string start)
    {
        var berlin = Zone.Find("Europe/Berlin")!;
        var asked = TimeRange.ReadLast(last, new QueryNode(default, "", new QueryErrors()))!;
        var range = asked.Resolve(Parse("2026-10-26T08:29:30Z"), berlin);

        var previous = PreviousRange.Of(asked, range, berlin).Range;

        Assert.Equal(new ResolvedRange(Parse(start), range.From), previous);
    }

    [Fact]
    public void The_range_before_is_asked_for_the_groups_that_were_found()
    {
        var plan = (TimeseriesPlan)Refusals.Accepted(QueryKinds.Timeseries, Grouped).Plan(Instant.FromUtc(2026, 11, 24, 0, 0), new QueryErrors())!;

        var statement = TimeseriesSql.ValuesBefore(plan, plan.Before!, "acme", [["pro"]]);

        Assert.Equal(
            """
            SELECT intDiv(toUnixTimestamp(time) - {start:Int64}, {width:Int64}) AS bucket, ifNull(strings[{p0:String}], toString(numbers[{p0:String}])) AS g0, count() AS m0
            FROM events
            WHERE tenant = {tenant:String}
              AND time >= fromUnixTimestamp64Milli({from:Int64})
              AND time < fromUnixTimestamp64Milli({to:Int64})
              AND ifNull(ifNull(strings[{p0:String}], toString(numbers[{p0:String}])) IN {p1:Array(String)}, false)
            GROUP BY bucket, g0
            ORDER BY bucket
            """.ReplaceLineEndings("\n"), statement.Sql);
        Assert.Equal(("1792886400000", "1793491200000"), (statement.Parameters.Value("from"), statement.Parameters.Value("to")));
    }

    [Fact]
    public void A_breakdown_asks_for_the_same_groups_and_the_others_of_the_range_before()
    {
        var plan = (BreakdownPlan)Refusals.Accepted(QueryKinds.Breakdown, Grouped.Replace("data.plan", "type", StringComparison.Ordinal)).Plan(Instant.FromUtc(2026, 11, 24, 0, 0), new QueryErrors())!;
        var raw = plan.Before! with { Source = Source.Raw };

        var groups = BreakdownSql.GroupsBefore(plan, raw, "acme", [["order"]]);
        var others = BreakdownSql.Others(plan, "acme", [], raw);

        Assert.Equal(("rollup", "rollup"), (plan.Source.Word, plan.Before!.Source.Word));
        Assert.Equal(
            """
            SELECT type AS g0, false, count() AS m0
            FROM events
            WHERE tenant = {tenant:String}
              AND time >= fromUnixTimestamp64Milli({from:Int64})
              AND time < fromUnixTimestamp64Milli({to:Int64})
              AND ifNull(type IN {p0:Array(String)}, false)
            GROUP BY g0
            """.ReplaceLineEndings("\n"), groups.Sql);
        Assert.Equal(
            """
            SELECT NULL, true, count() AS m0
            FROM events
            WHERE tenant = {tenant:String}
              AND time >= fromUnixTimestamp64Milli({from:Int64})
              AND time < fromUnixTimestamp64Milli({to:Int64})
            HAVING count() > 0
            """.ReplaceLineEndings("\n"), others.Sql);
    }

    private static Instant Parse(string text) => InstantPattern.ExtendedIso.Parse(text).Value;
}
