using System.Globalization;

namespace Analytics.Api.Tests.Query;

/// <summary>Every rule of a funnel, each by a subject of its own; the numbers were worked out by hand.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class FunnelTests(QueryEngine engine)
{
    private const string Steps = """
        "range":{"from":"2026-03-01T00:00:00Z","to":"2026-03-02T00:00:00Z"},"steps":[{"type":"signup"},{"type":"cart"},{"type":"paid"}],"window":"1h"
        """;

    private static readonly StoredEvent[] Events =
    [
        .. Of("through", ("signup", "2026-03-01T00:00"), ("cart", "2026-03-01T00:10"), ("paid", "2026-03-01T00:30")),
        .. Of("just in the window", ("signup", "2026-03-01T00:00"), ("cart", "2026-03-01T00:20"), ("paid", "2026-03-01T01:00")),
        .. Of("just too late", ("signup", "2026-03-01T00:00"), ("cart", "2026-03-01T01:00:00.001")),
        .. Of("in the wrong order", ("signup", "2026-03-01T00:00"), ("paid", "2026-03-01T00:05"), ("cart", "2026-03-01T00:06")),
        .. Of("ends after the range", ("signup", "2026-03-01T23:50"), ("cart", "2026-03-01T23:55"), ("paid", "2026-03-02T00:10")),
        .. Of("began before the range", ("signup", "2026-02-28T23:59"), ("cart", "2026-03-01T00:05")),
        .. Of("never began", ("cart", "2026-03-01T00:00"), ("paid", "2026-03-01T00:05")),
        .. Of("", ("signup", "2026-03-01T00:00"), ("cart", "2026-03-01T00:01"), ("paid", "2026-03-01T00:02")),
        .. Of("second attempt", ("signup", "2026-03-01T00:00"), ("signup", "2026-03-01T05:00"), ("cart", "2026-03-01T05:10")),
        .. Of("same moment, wrong order", ("paid", "2026-03-01T06:00"), ("cart", "2026-03-01T06:00"), ("signup", "2026-03-01T06:00")),
        .. Of("same moment", ("signup", "2026-03-01T07:00"), ("cart", "2026-03-01T07:00")),
        .. Of("something between", ("signup", "2026-03-01T08:00"), ("page", "2026-03-01T08:01"), ("cart", "2026-03-01T08:02")),
    ];

    [Theory]
    [InlineData("", """[[1,"signup",9,1,null,null,null],[2,"cart",7,0.7777777777777778,0.7777777777777778,360,360],[3,"paid",3,0.3333333333333333,0.42857142857142855,1200,1800]]""")]
    [InlineData(""","order":"strict" """, """[[1,"signup",9,1,null,null,null],[2,"cart",5,0.5555555555555556,0.5555555555555556,600,600],[3,"paid",3,0.3333333333333333,0.6,1200,1800]]""")]
    [InlineData(""","order":"strict","filters":[{"field":"type","op":"ne","value":"page"}]""", """[[1,"signup",9,1,null,null,null],[2,"cart",6,0.6666666666666666,0.6666666666666666,450,450],[3,"paid",3,0.3333333333333333,0.5,1200,1800]]""")]
    [InlineData(""","filters":[{"field":"subject","op":"eq","value":"nobody"}]""", """[[1,"signup",0,null,null,null,null],[2,"cart",0,null,null,null,null],[3,"paid",0,null,null,null,null]]""")]
    [InlineData(""","filters":[{"field":"subject","op":"eq","value":"nobody"}],"groupBy":["data.plan"]""", "[]")]
    public async Task Each_rule(string more, string rows)
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, Events);

        var answer = await engine.AskAsync(tenant, $"{{{Steps}{more}}}", "funnel");

        Assert.Equal(rows, AnswerRows.Text(answer));
    }

    [Fact]
    public async Task One_event_is_one_step()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, Of("u", ("view", "2026-03-01T00:00"), ("view", "2026-03-01T00:01")));

        var answer = await engine.AskAsync(tenant, """
            {"range":{"from":"2026-03-01T00:00:00Z","to":"2026-03-02T00:00:00Z"},"steps":[{"type":"view"},{},{"type":["view","paid"],"as":"third"}]}
            """, "funnel");

        Assert.Equal("""[[1,"view",1,1,null,null,null],[2,"any event",1,1,1,60,60],[3,"third",0,0,0,null,null]]""", AnswerRows.Text(answer));
    }

    // Counted by a program of its own over the file, in another language.
    [Fact]
    public async Task From_the_first_commit_of_a_real_project_to_a_merge_within_a_week()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, RealEvents.Serilog());

        var answer = await engine.AskAsync(tenant, """
            {"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"window":"7d","steps":[
              {"type":"commit.authored","filters":[{"field":"data.merge","op":"eq","value":false}],"as":"commit"},
              {"type":"commit.authored","filters":[{"field":"data.merge","op":"eq","value":true}],"as":"merge"},
              {"type":"commit.authored","filters":[{"field":"data.merge","op":"eq","value":false}],"as":"again"}]}
            """, "funnel");

        Assert.Equal(
            """[[1,"commit",147,1,null,null,null],[2,"merge",13,0.08843537414965986,0.08843537414965986,186599,186599],[3,"again",9,0.061224489795918366,0.6923076923076923,14601,348143]]""",
            AnswerRows.Text(answer));
    }

    private static IEnumerable<StoredEvent> Of(string subject, params (string Type, string Time)[] events) => events.Select((item, i) =>
        new StoredEvent($"{subject}-{i}", item.Type, DateTimeOffset.Parse(item.Time + "Z", CultureInfo.InvariantCulture), subject, Offset: i));
}
