using System.Globalization;
using System.Text.Json;
using TestKit;

namespace EndToEnd.Tests;

/// <summary>The story of the product: a real file is posted, and queries say what counting the file by hand says.</summary>
public sealed class PostedEventsAppearInQueriesTests : IAsyncLifetime
{
    private const string File = "serilog.ndjson.gz";
    private StandaloneProcess standalone = null!;

    public async ValueTask InitializeAsync() => standalone = await StandaloneProcess.StartAsync();

    public ValueTask DisposeAsync() => standalone.DisposeAsync();

    [Fact]
    public async Task A_file_posted_twice_is_stored_once_and_every_count_is_that_of_the_file()
    {
        var posted = Events.ReadFile(File).Select(line => new Posted(line)).ToList();
        var token = await standalone.SignInAsync();

        await PostFileAsync(posted.Count);
        await Eventually.EqualsAsync("the ledger is settled", ((long)posted.Count, (long)posted.Count, 0L), () => LedgerAsync(token));
        Assert.Equal(CountedByHand(posted), await QueriedAsync(token, posted));

        await PostFileAsync(posted.Count);
        await Eventually.EqualsAsync(
            "the ledger counts the repeats", (2L * posted.Count, (long)posted.Count, (long)posted.Count), () => LedgerAsync(token));
        Assert.Equal(CountedByHand(posted), await QueriedAsync(token, posted));
    }

    private async Task PostFileAsync(int expected)
    {
        using var answer = await standalone.PostEventsAsync(await System.IO.File.ReadAllBytesAsync(Events.FilePath(File)), "gzip");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == 202, text);
        Assert.Equal(expected, JsonElement.Parse(text).GetProperty("accepted").GetInt32());
    }

    /// <summary>Accepted, stored, duplicates.</summary>
    private async Task<(long Accepted, long Stored, long Duplicates)> LedgerAsync(string token)
    {
        var totals = (await standalone.AskAsync(HttpMethod.Get, "/api/v1/admin/ledger", token)).GetProperty("totals");
        return (totals.GetProperty("accepted").GetInt64(), totals.GetProperty("stored").GetInt64(), totals.GetProperty("duplicates").GetInt64());
    }

    /// <summary>Per UTC day and type: how many events, how many different subjects. As text, so that a difference can be read.</summary>
    private static SortedDictionary<string, string> CountedByHand(List<Posted> posted) => new(posted
        .GroupBy(item => $"{item.Time.UtcDateTime:yyyy-MM-dd} {item.Type}")
        .ToDictionary(group => group.Key, group => $"{group.Count()} events, {group.Select(item => item.Subject).Distinct().Count()} subjects"));

    private async Task<SortedDictionary<string, string>> QueriedAsync(string token, List<Posted> posted)
    {
        var found = new SortedDictionary<string, string>();
        for (var year = posted.Min(item => item.Time.UtcDateTime.Year); year <= posted.Max(item => item.Time.UtcDateTime.Year); year++)
        {
            var answer = await standalone.AskAsync(HttpMethod.Post, "/api/v1/query/timeseries", token, new
            {
                range = new { from = $"{year}-01-01T00:00:00Z", to = $"{year + 1}-01-01T00:00:00Z" },
                interval = "day",
                timezone = "UTC",
                measures = new object[] { new { op = "count" }, new { op = "unique", field = "subject" } },
                groupBy = new[] { "type" },
                limit = 100,
            });
            foreach (var row in answer.GetProperty("rows").EnumerateArray().Where(row => row[2].GetInt64() > 0))
            {
                var day = DateTimeOffset.Parse(row[0].GetString()!, CultureInfo.InvariantCulture).UtcDateTime;
                found.Add($"{day:yyyy-MM-dd} {row[1].GetString()}", $"{row[2].GetInt64()} events, {row[3].GetInt64()} subjects");
            }
        }

        return found;
    }

    /// <summary>A line of the file, read without any code of the product.</summary>
    private sealed record Posted(string Type, string Subject, DateTimeOffset Time)
    {
        public Posted(string line)
            : this(JsonElement.Parse(line))
        {
        }

        private Posted(JsonElement json)
            : this(json.GetProperty("type").GetString()!, json.GetProperty("subject").GetString()!, json.GetProperty("time").GetDateTimeOffset())
        {
        }
    }
}
