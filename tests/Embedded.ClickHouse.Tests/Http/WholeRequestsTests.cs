using System.Text.RegularExpressions;

namespace Embedded.ClickHouse.Tests.Http;

public sealed partial class WholeRequestsTests
{
    [Fact]
    public async Task What_the_log_shows_at_trace_can_be_sent_again_and_holds_no_credentials()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ClickHouseProcess.StartAsync(
            folder.Path, new Dictionary<string, string> { ["Logging__LogLevel__Embedded"] = "Trace", ["Users__reader__Password"] = "very-private" });
        using var first = await server.Http.PostAsync(
            "/?user=reader&password=very-private&query_id=whole-1&default_format=JSONEachRow&param_text=a%26b%20c",
            new StringContent("SELECT\n  {text:String} AS said, 1 + 1 AS two"), TestContext.Current.CancellationToken);
        var answer = await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        await Eventually.HoldsAsync(() => Task.FromResult(Whole().IsMatch(server.Log)));
        var url = Whole().Match(server.Log).Groups["url"].Value;
        using var again = await server.Http.PostAsync($"/{url}&user=reader&password=very-private", null, TestContext.Current.CancellationToken);

        Assert.Equal("""{"said":"a&b c","two":2}""" + "\n", answer);
        Assert.Equal(answer, await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.DoesNotContain("very-private", server.Log, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"Statement whole-1 of reader again: (?<url>\S+)\s")]
    private static partial Regex Whole();
}
