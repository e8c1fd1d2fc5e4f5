using System.Globalization;

namespace Analytics.Api.Tests.Query;

/// <summary>Every rule of a retention, each by a subject of its own; the numbers were worked out by hand.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class RetentionTests(QueryEngine engine)
{
    // Three days in Berlin; the second has 23 hours and begins at +01:00, the third at +02:00.
    private const string Days = """
        "range":{"from":"2025-03-28T23:00:00Z","to":"2025-03-31T22:00:00Z"},"timezone":"Europe/Berlin","start":{"type":"signup"},"return":{"type":"login"},"periods":2
        """;

    private static readonly StoredEvent[] Events =
    [
        .. Of("every day", ("signup", "2025-03-29T10:00+01:00"), ("login", "2025-03-29T12:00+01:00"), ("login", "2025-03-30T23:30+02:00"), ("login", "2025-03-31T00:10+02:00")),
        .. Of("logged in before", ("login", "2025-03-29T08:00+01:00"), ("signup", "2025-03-29T20:00+01:00"), ("login", "2025-03-31T23:59+02:00")),
        .. Of("after midnight", ("signup", "2025-03-30T00:30+01:00"), ("login", "2025-04-01T00:00+02:00")),
        .. Of("later than asked", ("signup", "2025-03-31T12:00+02:00"), ("login", "2025-04-03T12:00+02:00")),
        .. Of("signed up twice", ("signup", "2025-03-29T12:00+01:00"), ("signup", "2025-03-30T12:00+02:00"), ("login", "2025-03-30T13:00+02:00")),
        .. Of("signed up long ago", ("signup", "2025-01-01T12:00+01:00"), ("signup", "2025-03-29T15:00+01:00"), ("login", "2025-03-30T09:00+02:00")),
        .. Of("never signed up", ("login", "2025-03-29T12:00+01:00")),
        .. Of("", ("signup", "2025-03-29T12:00+01:00"), ("login", "2025-03-29T13:00+01:00")),
    ];

    [Theory]
    [InlineData("", "4: 1 3 2", "1: 0 0 1", "1: 0 0 0")]
    [InlineData(""","cohort":"new" """, "3: 1 2 2", "1: 0 0 1", "1: 0 0 0")]
    [InlineData(""","cohort":"any" """, "4: 1 3 2", "2: 1 0 1", "1: 0 0 0")]
    [InlineData(""","mode":"rolling" """, "4: 4 4 2", "1: 1 1 1", "1: 1 1 1")]
    [InlineData(""","mode":"rolling","cohort":"any" """, "4: 4 4 2", "2: 2 1 1", "1: 1 1 1")]
    [InlineData(""","filters":[{"field":"subject","op":"eq","value":"nobody"}]""", "0: 0 0 0", "0: 0 0 0", "0: 0 0 0")]
    public async Task Each_rule(string more, params string[] cohorts)
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, Events);

        var answer = await engine.AskAsync(tenant, $"{{{Days}{more}}}", "retention");

        var rows = answer.GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().ToList()).ToList();
        Assert.Equal(cohorts, rows.GroupBy(row => row[0].GetString()).Select(cohort => $"{cohort.First()[1]}: {string.Join(' ', cohort.Select(row => row[3]))}"));
        Assert.Equal(["2025-03-29T00:00:00+01:00", "2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00"], rows.Select(row => row[0].GetString()).Distinct());
    }

    [Fact]
    public async Task Periods_that_are_not_over_are_marked_and_those_to_come_have_no_numbers()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, Of("u", ("login", "2026-11-22T12:00Z"), ("login", "2026-11-23T12:00Z"), ("login", "2026-11-24T05:00Z")));

        var answer = await engine.AskAsync(tenant, """
            {"range":{"from":"2026-11-22T00:00:00Z","to":"2026-11-25T00:00:00Z"},"start":{"type":"login"},"periods":2}
            """, "retention");

        Assert.Equal(
            """
            [["2026-11-22T00:00:00Z",1,0,1,1,true],["2026-11-22T00:00:00Z",1,1,1,1,true],["2026-11-22T00:00:00Z",1,2,1,1,false],
            ["2026-11-23T00:00:00Z",0,0,0,null,true],["2026-11-23T00:00:00Z",0,1,0,null,false],["2026-11-23T00:00:00Z",0,2,null,null,false],
            ["2026-11-24T00:00:00Z",0,0,0,null,false],["2026-11-24T00:00:00Z",0,1,null,null,false],["2026-11-24T00:00:00Z",0,2,null,null,false]]
            """.ReplaceLineEndings(""), AnswerRows.Text(answer));
    }

    // Counted by a program of its own over the file, in another language.
    [Theory]
    [InlineData("bounded", "2: 2 1 1 0", "4: 4 2 0 0", "3: 3 0 1 0")]
    [InlineData("rolling", "2: 2 1 1 1", "4: 4 2 0 0", "3: 3 1 1 1")]
    public async Task Who_committed_again_to_a_real_project_after_a_first_commit_in_spring_2014(string mode, params string[] cohorts)
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, RealEvents.Serilog());

        var answer = await engine.AskAsync(tenant, $$"""
            {"range":{"from":"2014-03-01T00:00:00Z","to":"2014-06-01T00:00:00Z"},"interval":"month","cohort":"new","start":{"type":"commit.authored"},"periods":3,"mode":"{{mode}}"}
            """, "retention");

        Assert.Equal(cohorts, answer.GetProperty("rows").EnumerateArray().GroupBy(row => row[0].GetString())
            .Select(cohort => $"{cohort.First()[1]}: {string.Join(' ', cohort.Select(row => row[3]))}"));
    }

    private static IEnumerable<StoredEvent> Of(string subject, params (string Type, string Time)[] events) => events.Select((item, i) =>
        new StoredEvent($"{subject}-{i}", item.Type, DateTimeOffset.Parse(item.Time, CultureInfo.InvariantCulture), subject, Offset: i));
}
