using Analytics.Api.Query.Language;
using NodaTime;
using NodaTime.Text;
using Interval = Analytics.Api.Query.Language.Interval;

namespace Analytics.Api.Tests.Query.Language;

public sealed class BucketsTests
{
    [Theory]
    [InlineData("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "Hour", 23)]
    [InlineData("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "Hour", 25)]
    [InlineData("Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z", "Hour", 25)] // the hour of the change has a half of its own
    [InlineData("Asia/Kolkata", "2026-01-01T00:00:00Z", "2026-01-01T02:00:00Z", "Hour", 3)] // at :30, so the first and the last are cut
    [InlineData("Pacific/Apia", "2011-12-29T10:00:00Z", "2012-01-01T10:00:00Z", "Day", 3)] // 29th, 31st, 1st: there was no 30th
    [InlineData("UTC", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", "Month", 1)]
    public void There_are_as_many_as_the_clock_on_the_wall_shows(string zone, string from, string to, string interval, int count)
    {
        var buckets = Buckets.Of(Range(from, to), Enum.Parse<Interval>(interval), Zone.Find(zone)!);

        Assert.Equal(count, buckets.Count);
        Assert.Equal(buckets.Starts.Order().Distinct(), buckets.Starts);
    }

    [Fact]
    public void A_day_begins_at_its_first_instant_even_when_midnight_is_skipped()
    {
        var buckets = Buckets.Of(Range("2017-10-14T12:00:00Z", "2017-10-16T12:00:00Z"), Interval.Day, Zone.Find("America/Sao_Paulo")!);

        Assert.Equal(
            ["2017-10-14T03:00:00Z", "2017-10-15T03:00:00Z", "2017-10-16T02:00:00Z"], // the 15th began at 01:00
            buckets.Starts.Select(start => InstantPattern.ExtendedIso.Format(Instant.FromUnixTimeSeconds(start))));
        Assert.Equal(0, buckets.Width);
    }

    [Fact]
    public void Weeks_begin_on_Monday()
    {
        var buckets = Buckets.Of(Range("2026-01-01T00:00:00Z", "2026-01-06T00:00:00Z"), Interval.Week, DateTimeZone.Utc);

        Assert.Equal(["2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z"], buckets.Starts.Select(start => InstantPattern.ExtendedIso.Format(Instant.FromUnixTimeSeconds(start))));
    }

    [Fact]
    public void The_width_is_that_of_all_or_none()
    {
        var berlin = Zone.Find("Europe/Berlin")!;

        Assert.Equal(86_400, Buckets.Of(Range("2026-06-01T00:00:00Z", "2026-06-10T00:00:00Z"), Interval.Day, berlin).Width);
        Assert.Equal(0, Buckets.Of(Range("2026-10-20T00:00:00Z", "2026-10-26T00:00:00Z"), Interval.Day, berlin).Width);
        // The last day has 25 hours and the range ends in its last one: a division by 24 hours would put that hour behind the end.
        Assert.Equal(0, Buckets.Of(Range("2026-10-23T22:00:00Z", "2026-10-25T22:30:00Z"), Interval.Day, berlin).Width);
    }

    [Theory]
    [InlineData(200, "Minute")]
    [InlineData(201, "Hour")]
    [InlineData(200 * 60, "Hour")]
    [InlineData((200 * 60) + 1, "Day")]
    [InlineData(201 * 1440, "Week")]
    [InlineData(201 * 7 * 1440, "Month")]
    public void Auto_takes_the_finest_interval_of_at_most_200_buckets(int minutes, string interval)
    {
        var from = Instant.FromUtc(2020, 1, 1, 0, 0);

        Assert.Equal(Enum.Parse<Interval>(interval), Interval.Auto.Choose(new ResolvedRange(from, from + Duration.FromMinutes(minutes))));
    }

    [Theory]
    [InlineData("90m", "UTC", "2026-11-24T07:00:00Z")]
    [InlineData("24h", "Europe/Berlin", "2026-11-23T08:30:00Z")]
    [InlineData("31d", "Europe/Berlin", "2026-10-24T07:30:00Z")] // 09:30 then as now, though the clocks changed between
    [InlineData("6M", "UTC", "2026-05-24T08:30:00Z")]
    [InlineData("12w", "UTC", "2026-09-01T08:30:00Z")]
    [InlineData("999999M", "UTC", "1970-01-01T00:00:00Z")]
    [InlineData("999999d", "Pacific/Kiritimati", "1970-01-01T00:00:00Z")]
    public void Last_ends_with_the_current_minute(string last, string zone, string from)
    {
        var end = Instant.FromUtc(2026, 11, 24, 8, 30);
        var range = TimeRange.ReadLast(last, new QueryNode(default, "", new QueryErrors()))!;

        foreach (var now in new[] { end - Duration.FromMinutes(1), end - Duration.FromSeconds(17.25), end - Duration.Epsilon })
            Assert.Equal(new ResolvedRange(InstantPattern.ExtendedIso.Parse(from).Value, end), range.Resolve(now, Zone.Find(zone)!));
    }

    private static ResolvedRange Range(string from, string to) =>
        new(InstantPattern.ExtendedIso.Parse(from).Value, InstantPattern.ExtendedIso.Parse(to).Value);
}
