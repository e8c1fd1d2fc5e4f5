using System.Globalization;

namespace Analytics.Api.Tests.Query;

/// <summary>
/// Answers about a real file (tests/data/serilog.ndjson.gz, here FILE), each counted a second time by the command above it. Those of funnels,
/// retention and values stand beside their rules.
/// </summary>
[Collection(OnQueryEngine.Name)]
public sealed class GoldenAnswersTests(QueryEngine engine)
{
    private const string All = """ "range":{"from":"2013-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"} """;

    // zcat FILE | jq -c 'def utc: capture("(?<t>.{19})(?<s>[+-])(?<h>..):(?<m>..)$") | (.t+"Z"|fromdate) -
    //   ((.h|tonumber)*3600+(.m|tonumber)*60)*(.s+"1"|tonumber); select(.type=="file.changed") | {m:(.time|utc|todate[0:7]), subject, a:.data.additions}' |
    //   jq -sc 'map(select(.m>="2016-03" and .m<"2016-07")) | group_by(.m)[] | [.[0].m, length, (map(.subject)|unique|length), (map(.a)|add), (map(.a)|max)]'
    [Fact]
    public Task Files_changed_per_month() => AnswersAsync(
        "timeseries",
        """
        {"range":{"from":"2016-03-01T00:00:00Z","to":"2016-07-01T00:00:00Z"},"interval":"month","filters":[{"field":"type","op":"eq","value":"file.changed"}],
         "measures":[{"op":"count"},{"op":"unique","field":"subject"},{"op":"sum","field":"data.additions"},{"op":"max","field":"data.additions"}]}
        """,
        """
        [["2016-03-01T00:00:00Z",92,4,72,6],["2016-04-01T00:00:00Z",25,2,622,251],["2016-05-01T00:00:00Z",108,5,3651,671],["2016-06-01T00:00:00Z",102,6,2495,325]]
        """);

    // The same without select(.type=="file.changed"); rollups answer it.
    [Fact]
    public Task Events_per_month() => AnswersAsync(
        "timeseries",
        """
        {"range":{"from":"2016-03-01T00:00:00Z","to":"2016-07-01T00:00:00Z"},"interval":"month","measures":[{"op":"count"},{"op":"unique","field":"subject"}]}
        """,
        """
        [["2016-03-01T00:00:00Z",107,4],["2016-04-01T00:00:00Z",36,3],["2016-05-01T00:00:00Z",161,5],["2016-06-01T00:00:00Z",151,6]]
        """);

    // zcat FILE | jq -sc 'map(select(.type=="file.changed")) | (group_by(.data.extension) | sort_by(-length)[:3] | map(.[0].data.extension)) as $top |
    //   group_by(.data.extension as $e | $top|index($e) // 9)[] | [.[0].data.extension, length, (map(.subject)|unique|length), (map(.data.additions)|add)]'
    [Fact]
    public Task Changes_by_kind_of_file() => AnswersAsync(
        "breakdown",
        $$"""
        { {{All}},"groupBy":["data.extension"],"limit":3,"filters":[{"field":"type","op":"eq","value":"file.changed"}],
         "measures":[{"op":"count"},{"op":"unique","field":"subject"},{"op":"sum","field":"data.additions"}]}
        """,
        """
        [["cs",false,4530,125,80143],["csproj",false,620,55,6330],["nuspec",false,221,21,1051],[null,true,1296,58,50950]]
        """);

    // zcat FILE | python3 -c "
    // import sys, json, statistics as s
    // from datetime import datetime as d, timezone
    // by = {}
    // for e in map(json.loads, sys.stdin): by.setdefault(e['sessionid'], []).append(d.fromisoformat(e['time']).astimezone(timezone.utc))
    // of = [x for x in by.values() if min(x).year == 2016]
    // long = sorted((max(x) - min(x)).total_seconds() for x in of)
    // print(len(of), s.median(long), s.quantiles(long, n=10, method='inclusive')[8], sum(map(len, of)) / len(of), sum(len(x) == 1 for x in of) / len(of))"
    [Fact]
    public async Task Sessions_of_a_year()
    {
        var answer = await engine.AskAsync(await StoredAsync(), """{"range":{"from":"2016-01-01T00:00:00Z","to":"2017-01-01T00:00:00Z"}}""", "sessions");

        AnswerRows.AssertSame([[167.0, 0.0, 21076.4, 7.335329341317365, 0.2275449101796407, 0.0]], answer); // each event has a sessionid: none is outside
    }

    // zcat FILE | jq -sc 'map(select(.data.merge==true and .data.bot==false and .time<"2014-12-25")) | reverse[:4][] | [.id, .time, .data.hour]'
    [Fact]
    public async Task The_last_merges_before_a_Christmas()
    {
        var tenant = await StoredAsync();

        var page = await engine.ListAsync(
            tenant,
            "from=2013-01-01T00:00:00Z&to=2014-12-24T14:00:00Z&type=commit.authored&limit=4"
            + """&filters=[{"field":"data.merge","op":"eq","value":true},{"field":"data.bot","op":"eq","value":false}]""");

        Assert.Equal(
            [
                ("fabb03e6-9247-507c-9501-3e5e30058822", "2014-12-22T08:15:58+10:00", 8), ("16ca39ad-6172-5489-a175-96d2bf6101c0", "2014-12-19T08:28:39+10:00", 8),
                ("e1d605bb-58b9-53d5-bfc1-359519b5ef6a", "2014-12-19T08:04:38+10:00", 8), ("950515a3-5186-5d60-9540-0c493425b957", "2014-12-18T19:26:01+11:00", 19),
            ],
            page.GetProperty("events").EnumerateArray().Select(item => (
                item.GetProperty("id").GetString()!, Local(item.GetProperty("time").GetDateTimeOffset(), item.GetProperty("data").GetProperty("utcOffset").GetString()!),
                item.GetProperty("data").GetProperty("hour").GetInt32())));
        Assert.NotEqual(System.Text.Json.JsonValueKind.Null, page.GetProperty("next").ValueKind);

        static string Local(DateTimeOffset time, string offset) =>
            time.ToOffset(TimeSpan.Parse(offset.TrimStart('+'), CultureInfo.InvariantCulture)).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    private async Task AnswersAsync(string kind, string query, string rows) =>
        Assert.Equal(rows.Trim(), AnswerRows.Text(await engine.AskAsync(await StoredAsync(), query, kind)));

    private async Task<string> StoredAsync()
    {
        var tenant = QueryEngine.NewTenant();
        await engine.StoreAsync(tenant, RealEvents.Serilog());
        return tenant;
    }
}
