using System.Text;
using System.Text.Json;
using Analytics.Api.Query.Formats;
using Microsoft.AspNetCore.Http;

namespace Analytics.Api.Tests.Query.Formats;

[Collection(OnQueryEngine.Name)]
public sealed class AnswerFormatsTests(QueryEngine engine)
{
    private const string Hostile = "a \"quoted\", {[text]}\\ with\nall é😀";

    private static readonly string Question = """
        {"range":{"from":"2026-11-24T00:00:00Z","to":"2026-11-24T02:00:00Z"},"interval":"hour","groupBy":["data.name","data.empty"],
         "measures":[{"op":"count","as":"events, \"all\""},{"op":"avg","field":"data.n"}]}
        """;

    [Theory]
    [InlineData(null, "json")]
    [InlineData("", "json")]
    [InlineData("*/*", "json")]
    [InlineData("application/*", "json")]
    [InlineData("text/*", "csv")]
    [InlineData("text/csv; charset=utf-8", "csv")]
    [InlineData("text/html, application/x-ndjson;q=0.5, */*;q=0.1", "ndjson")]
    [InlineData("*/*, text/csv", "csv")]
    [InlineData("text/csv;q=0, */*", "json")]
    [InlineData("text/csv;q=0.2, application/json;q=0.9", "json")]
    [InlineData("not a media type", "json")]
    [InlineData("text/html", null)]
    [InlineData("image/*;q=0.3", null)]
    [InlineData("application/json;q=0", null)]
    public void Accept_chooses_the_format(string? accept, string? word)
    {
        var request = new DefaultHttpContext().Request;
        if (accept is not null)
            request.Headers.Accept = accept;

        Assert.Equal(word, AnswerFormats.Negotiate(request)?.Word);
    }

    [Fact]
    public async Task Csv_has_a_header_quotes_what_must_be_and_tells_null_from_empty()
    {
        var tenant = await StoreAsync();

        var csv = Encoding.UTF8.GetString(await engine.AskAsync(tenant, Question, "timeseries", "text/csv"));

        Assert.Equal(
            "time,data.name,data.empty,\"events, \"\"all\"\"\",avg(data.n)\r\n"
            + "2026-11-24T00:00:00Z,\"" + Hostile.Replace("\"", "\"\"", StringComparison.Ordinal) + "\",\"\",1,2.5\r\n"
            + "2026-11-24T00:00:00Z,,,1,\r\n"
            + "2026-11-24T01:00:00Z,\"" + Hostile.Replace("\"", "\"\"", StringComparison.Ordinal) + "\",\"\",0,\r\n"
            + "2026-11-24T01:00:00Z,,,0,\r\n", csv);
    }

    [Fact]
    public async Task Ndjson_has_an_object_per_row()
    {
        var tenant = await StoreAsync();

        var lines = Encoding.UTF8.GetString(await engine.AskAsync(tenant, Question, "timeseries", "application/x-ndjson"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();

        Assert.Equal(4, lines.Count);
        Assert.Equal(Hostile, lines[0].GetProperty("data.name").GetString());
        Assert.Equal("", lines[0].GetProperty("data.empty").GetString());
        Assert.Equal(1, lines[0].GetProperty("events, \"all\"").GetInt32());
        Assert.Equal(JsonValueKind.Null, lines[1].GetProperty("data.name").ValueKind);
    }

    private async Task<string> StoreAsync()
    {
        var tenant = QueryEngine.NewTenant();
        var time = DateTimeOffset.Parse("2026-11-24T00:10:00Z", System.Globalization.CultureInfo.InvariantCulture);
        await engine.StoreAsync(tenant,
        [
            new StoredEvent("1", "a", time, "u", JsonSerializer.Serialize(new { name = Hostile, empty = "", n = 2.5 }), "/", ""),
            new StoredEvent("2", "a", time, "u", "{}", "/", ""),
        ]);
        return tenant;
    }
}
