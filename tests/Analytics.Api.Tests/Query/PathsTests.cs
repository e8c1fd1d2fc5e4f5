using System.Globalization;
using System.Text.Json;

namespace Analytics.Api.Tests.Query;

/// <summary>Every rule of paths; the numbers were worked out by hand.</summary>
[Collection(OnQueryEngine.Name)]
public sealed class PathsTests(QueryEngine engine)
{
    private const string Range = """ "range":{"from":"2026-03-01T10:00:00Z","to":"2026-03-01T12:00:00Z"} """;

    private static readonly StoredEvent[] Events =
    [
        At("10:00", "home", "u1"), At("10:01", "search", "u1"), At("10:03", "item", "u1"), At("10:10", "paid", "u1"), At("11:30", "home", "u1"), // two sessions
        At("10:00", "home", "u2"), At("10:02", "search", "u2"), At("10:03", "search", "u2"), At("10:04", "item", "u2"), // a value that repeats
        At("10:00", "home", "u3"), // goes nowhere
        At("10:00", "search", "u4"), At("10:05", "home", "u4"),
        At("09:50", "home", "early"), At("10:10", "search", "early"), // a session that began before the range
        At("10:00", "home", ""), // nobody's
        At("10:00", "home", "v1", "x"), At("11:59", "item", "v2", "x"), // one session, whoever and however long
        At("11:50", "item", "late"), At("12:10", "paid", "late"), // only what is before the end of the range
    ];

    [Theory]
    [InlineData(""","depth":2""", """
        [[1,"home",false,"search",false,2,0.2857142857142857,2,90],
         [1,"home",false,null,false,2,0.2857142857142857,2,null],
         [1,"home",false,"item",false,1,0.14285714285714285,1,7140],
         [1,"item",false,null,false,1,0.14285714285714285,1,null],
         [1,"search",false,"home",false,1,0.14285714285714285,1,300],
         [2,"search",false,"item",false,2,0.5,2,120],
         [2,"home",false,null,false,1,0.25,1,null],
         [2,"item",false,null,false,1,0.25,1,null]]
        """)]
    [InlineData(""","depth":2,"limit":1""", """
        [[1,"home",false,"search",false,2,0.2857142857142857,2,90],
         [1,"home",false,null,false,2,0.2857142857142857,2,null],
         [1,"home",false,null,true,1,0.14285714285714285,1,7140],
         [1,null,true,null,true,1,0.14285714285714285,1,300],
         [1,null,true,null,false,1,0.14285714285714285,1,null],
         [2,"search",false,"item",false,2,0.5,2,120],
         [2,null,true,null,false,2,0.5,2,null]]
        """)]
    [InlineData(""","depth":1,"per":"subject","from":{"type":"search"}""", """
        [[1,"search",false,"item",false,2,0.5,2,120],
         [1,"search",false,"home",false,1,0.25,1,300],
         [1,"search",false,null,false,1,0.25,1,null]]
        """)]
    [InlineData(""","depth":2,"to":{"type":"item"}""", """
        [[1,"search",false,"item",false,2,0.5,2,120],
         [1,"home",false,"item",false,1,0.25,1,7140],
         [1,null,false,"item",false,1,0.25,1,null],
         [2,"home",false,"search",false,2,0.6666666666666666,2,90],
         [2,null,false,"home",false,1,0.3333333333333333,1,null]]
        """)]
    [InlineData(""","repeats":"keep","filters":[{"field":"subject","op":"eq","value":"u2"}],"from":{"type":"search"}""", """
        [[1,"search",false,"search",false,1,1,1,60],
         [2,"search",false,"item",false,1,1,1,60],
         [3,"item",false,null,false,1,1,1,null]]
        """)]
    [InlineData(""","depth":4,"gap":"2h","filters":[{"field":"subject","op":"eq","value":"u1"}]""", """
        [[1,"home",false,"search",false,1,1,1,60],
         [2,"search",false,"item",false,1,1,1,120],
         [3,"item",false,"paid",false,1,1,1,420],
         [4,"paid",false,"home",false,1,1,1,4800]]
        """)]
    [InlineData(""","to":{"type":"refund"}""", "[]")]
    public async Task Each_rule(string more, string rows)
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, Events);

        var answer = await engine.AskAsync(tenant, $"{{{Range}{more}}}", "paths");

        Assert.Equal(JsonSerializer.Serialize(JsonElement.Parse(rows)), AnswerRows.Text(answer));
    }

    [Fact]
    public async Task Events_without_the_field_are_not_on_the_path_and_a_value_called_other_is_none_of_the_others()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant,
        [
            At("10:00", "view", "u", data: """{"page":"/"}"""),
            At("10:01", "click", "u"), // does not come between
            At("10:02", "view", "u", data: """{"page":"/"}"""),
            At("10:03", "view", "u", data: """{"page":""}"""),
            At("10:04", "view", "u", data: """{"page":"other"}"""),
            At("10:05", "view", "u", data: """{"page":404}"""),
        ]);

        var answer = await engine.AskAsync(tenant, $"{{{Range},\"field\":\"data.page\"}}", "paths");
        var fromClick = await engine.AskAsync(tenant, $"{{{Range},\"field\":\"data.page\",\"from\":{{\"type\":\"click\"}}}}", "paths");

        Assert.Equal(
            """[[1,"/",false,"",false,1,1,1,180],[2,"",false,"other",false,1,1,1,60],[3,"other",false,"404",false,1,1,1,60],[4,"404",false,null,false,1,1,1,null]]""",
            AnswerRows.Text(answer));
        Assert.Equal("[]", AnswerRows.Text(fromClick));
    }

    // It turns the only session into one that began before the range, so the answer must not come out of the cache.
    [Fact]
    public async Task A_late_event_before_the_range_is_noticed()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, [At("10:05", "home", "u")]);
        var before = await engine.AskAsync(tenant, $"{{{Range}}}", "paths");
        await engine.StoreAsync(tenant, [At("09:55", "home", "u")]);

        var after = await engine.AskAsync(tenant, $"{{{Range}}}", "paths");

        Assert.Equal(("""[[1,"home",false,null,false,1,1,1,null]]""", "[]"), (AnswerRows.Text(before), AnswerRows.Text(after)));
    }

    // Counted by a program of its own over the file, in another language: 550 of 731 sessions change a .cs file at all, 310 nothing else after it.
    [Fact]
    public async Task From_the_first_changed_source_file_of_a_session_of_a_real_project()
    {
        const string question = """
            {"range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"},"filters":[{"field":"type","op":"eq","value":"file.changed"}],
             "from":{"filters":[{"field":"data.extension","op":"eq","value":"cs"}]},"field":"data.extension","depth":2,"limit":2}
            """;
        var tenant = QueryEngine.NewTenant();
        var events = RealEvents.Serilog();
        await engine.StoreAsync(tenant, events);

        var answer = await engine.AskAsync(tenant, question, "paths");

        AnswerRows.AssertSame(PathsOracle.Rows(events, JsonElement.Parse(question)), answer);
        AnswerRows.AssertSame(
        [
            [1.0, "cs", false, null, false, 310.0, 310 / 550.0, 100.0, null],
            [1.0, "cs", false, "csproj", false, 131.0, 131 / 550.0, 36.0, 0.0],
            [1.0, "cs", false, null, true, 88.0, 88 / 550.0, 23.0, 0.0],
            [1.0, "cs", false, "txt", false, 21.0, 21 / 550.0, 6.0, 0.0],
            [2.0, "csproj", false, "cs", false, 68.0, 68 / 240.0, 24.0, 0.0],
            [2.0, null, true, "cs", false, 35.0, 35 / 240.0, 12.0, 0.0],
            [2.0, null, true, null, true, 30.0, 30 / 240.0, 14.0, 0.0],
            [2.0, "csproj", false, "nuspec", false, 26.0, 26 / 240.0, 12.0, 0.0],
            [2.0, "csproj", false, null, false, 21.0, 21 / 240.0, 10.0, null],
            [2.0, null, true, null, false, 20.0, 20 / 240.0, 10.0, null],
            [2.0, "csproj", false, null, true, 16.0, 16 / 240.0, 6.0, 0.0],
            [2.0, "txt", false, "cs", false, 15.0, 15 / 240.0, 6.0, 0.0],
            [2.0, "txt", false, null, false, 4.0, 4 / 240.0, 2.0, null],
            [2.0, null, true, "nuspec", false, 3.0, 3 / 240.0, 2.0, 0.0],
            [2.0, "txt", false, null, true, 2.0, 2 / 240.0, 2.0, 525.5],
        ], answer);
    }

    private static StoredEvent At(string time, string type, string subject, string session = "", string data = "") => new(
        $"{time} {type} {subject}", type, DateTimeOffset.Parse($"2026-03-01T{time}:00Z", CultureInfo.InvariantCulture), subject, data, SessionId: session);
}
