using System.Net;
using System.Text.Json;

namespace Analytics.Api.Tests.SavedQueries;

/// <summary>Saved queries over HTTP, with two tenants that hold the same ids.</summary>
public sealed class SavedQueryTests(TwoTenants tenants) : IClassFixture<TwoTenants>
{
    private const string Path = "/api/v1/queries";

    private const string Blanks =
        """
        {"name":"NAME","kind":"timeseries",
         "query":{"range":{"from":"{{from}}","to":"2026-11-21T00:00:00Z"},"interval":"day",
                  "measures":[{"op":"count","as":"n"}],
                  "filters":[{"field":"data.country","op":"eq","value":"{{country}}"},{"field":"data.n","op":"lt","value":"{{most}}"},{"field":"type","op":"in","value":"{{types}}"}]},
         "parameters":{"from":{"type":"time","default":"2026-11-20T00:00:00Z"},"country":{"type":"string","default":"DE"},
                       "most":{"type":"number"},"types":{"type":"list","default":["order.paid","page.viewed"]}}}
        """;

    [Fact]
    public async Task It_is_run_with_values_of_the_parameters_types()
    {
        var id = await SaveAsync(Blanks);

        Assert.Equal(9, await CountAsync(id, """{"parameters":{"most":10}}"""));
        Assert.Equal(5, await CountAsync(id, """{"parameters":{"most":10,"types":["page.viewed"]}}"""));
        Assert.Equal(0, await CountAsync(id, """{"parameters":{"most":10,"country":"DE\",\"x\":\""}}"""));
        Assert.Equal(0, await CountAsync(id, """{"parameters":{"most":10,"country":"{{types}}"}}"""));
    }

    [Theory]
    [InlineData("", "/parameters/most", "missing")]
    [InlineData("{}", "/parameters/most", "missing")]
    [InlineData("""{"parameters":{"most":"10"}}""", "/parameters/most", "wrong_type")]
    [InlineData("""{"parameters":{"most":10,"from":"yesterday"}}""", "/parameters/from", "invalid_value")]
    [InlineData("""{"parameters":{"most":10,"types":"order.paid"}}""", "/parameters/types", "wrong_type")]
    [InlineData("""{"parameters":{"most":10,"types":[]}}""", "/parameters/types", "missing")]
    [InlineData("""{"parameters":{"most":10,"other":1}}""", "/parameters/other", "unknown_member")]
    [InlineData("""{"values":{"most":10}}""", "/values", "unknown_member")]
    [InlineData("""{"parameters":[]}""", "/parameters", "wrong_type")]
    [InlineData("""{"parameters":{"most":10,"from":"2026-11-22T00:00:00Z"}}""", "/range/to", "conflict")]
    public async Task Wrong_values_are_named(string body, string place, string code)
    {
        var id = await SaveAsync(Blanks);

        using var answer = await tenants.Own.Viewer.PostTextAsync($"{Path}/{id}/run", body);

        var errors = (await answer.ProblemAsync(HttpStatusCode.BadRequest, "invalid_query")).GetProperty("errors").EnumerateArray();
        Assert.Contains(errors, error => error.GetProperty("pointer").GetString() == place && error.GetProperty("code").GetString() == code);
    }

    [Theory]
    [InlineData("""{"name":"x","kind":"timeseries","query":{"range":{"last":"7d"},"interval":"fortnight"}}""", "/query/interval", "unknown_value")]
    [InlineData("""{"name":"x","kind":"timeseries","query":{"range":{"last":"{{span}}"}}}""", "/query/range/last", "unknown_value")]
    [InlineData("""{"name":"x","kind":"timeseries","query":{"range":{"last":"1d"}},"parameters":{"span":{"type":"string"}}}""", "/parameters/span", "conflict")]
    [InlineData("""{"name":"x","kind":"timeseries","query":{"range":{"last":"1d"},"filters":[{"field":"type","op":"eq","value":"a{{t}}"}]},"parameters":{"t":{"type":"string"}}}""", "/query/filters/0/value", "invalid_value")]
    [InlineData("""{"name":"x","kind":"timeseries","query":{"range":{"last":"{{n}}"}},"parameters":{"n":{"type":"number"}}}""", "/query/range/last", "wrong_type")]
    [InlineData("""{"name":"x","kind":"timeseries","query":{"range":{"last":"{{n}}"}},"parameters":{"n":{"type":"string","default":5}}}""", "/parameters/n/default", "wrong_type")]
    [InlineData("""{"name":"x","kind":"timeseries","query":{"range":{"last":"{{n}}"}},"parameters":{"n":{"type":"text"}}}""", "/parameters/n/type", "unknown_value")]
    [InlineData("""{"name":"x","kind":"timeseries","query":{"range":{"last":"1d"}},"parameters":{"n-1":{"type":"string"}}}""", "/parameters/n-1", "invalid_value")]
    [InlineData("""{"name":"x","kind":"timeseries","query":{"range":{"from":"1970-01-01T00:00:00Z","to":"2100-01-01T00:00:00Z"},"interval":"minute"}}""", "/query/interval", "too_many")]
    [InlineData("""{"name":" x","kind":"timeseries","query":{"range":{"last":"1d"}}}""", "/name", "invalid_value")]
    [InlineData("""{"name":"x","kind":"poem","query":{}}""", "/kind", "unknown_value")]
    [InlineData("""{"kind":"timeseries","query":{"range":{"last":"1d"}}}""", "/name", "missing")]
    [InlineData("""{"name":"x","kind":"timeseries"}""", "/query", "missing")]
    [InlineData("""{"name":"x","kind":"timeseries","query":{"\ud800":1}}""", "", "invalid_json")]
    [InlineData("[]", "", "wrong_type")]
    [InlineData("", "", "invalid_json")]
    public async Task What_could_not_be_run_cannot_be_saved(string body, string place, string code)
    {
        using var answer = await tenants.Own.Analyst.PostTextAsync(Path, body);

        var errors = (await answer.ProblemAsync(HttpStatusCode.BadRequest, "invalid_query")).GetProperty("errors");
        Assert.True(errors.EnumerateArray().Any(error => error.GetProperty("pointer").GetString() == place && error.GetProperty("code").GetString() == code), errors.GetRawText());
    }

    [Fact]
    public async Task Every_change_is_a_version_that_can_still_be_read_and_run()
    {
        var id = await SaveAsync(Simple("old", "2026-11-20T01:00:00Z"));

        using var changed = await tenants.Own.Analyst.PutAsync($"{Path}/{id}", Json(Simple("new", "2026-11-21T00:00:00Z")));

        var saved = await changed.JsonAsync();
        Assert.Equal((2, "\"2\""), (saved.GetProperty("version").GetInt32(), changed.Headers.ETag!.Tag));
        Assert.Equal(0, await CountAsync(id, "", "?version=1"));
        Assert.Equal(30, await CountAsync(id, ""));
        var versions = await (await tenants.Own.Viewer.GetAsync($"{Path}/{id}/versions")).JsonAsync();
        Assert.Equal([2, 1], versions.GetProperty("items").EnumerateArray().Select(version => version.GetProperty("version").GetInt32()));
        var first = await (await tenants.Own.Viewer.GetAsync($"{Path}/{id}?version=1")).JsonAsync();
        Assert.Equal(versions.GetProperty("items")[1].GetProperty("name").GetString(), first.GetProperty("name").GetString());
        using var third = await tenants.Own.Viewer.GetAsync($"{Path}/{id}?version=3");
        await third.ProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Of_writers_that_saw_the_same_version_one_wins()
    {
        var id = await SaveAsync(Simple("contested", "2026-11-21T00:00:00Z"));

        var statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, $"{Path}/{id}") { Content = Json(Simple($"contested {i}", "2026-11-21T00:00:00Z")) };
            request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
            using var answer = await tenants.Own.Analyst.SendAsync(request);
            return answer.StatusCode;
        }));

        Assert.Equal(1, statuses.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(7, statuses.Count(status => status == HttpStatusCode.PreconditionFailed));
        foreach (var tag in new[] { "\"1\"", "W/\"2\"", "\"x\"", "2" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, $"{Path}/{id}");
            request.Headers.TryAddWithoutValidation("If-Match", tag);
            using var answer = await tenants.Own.Analyst.SendAsync(request);
            await answer.ProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed");
        }

        using var gone = await tenants.Own.Analyst.DeleteAsync($"{Path}/{id}");
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        using var after = await tenants.Own.Analyst.DeleteAsync($"{Path}/{id}");
        await after.ProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_name_is_there_once_in_a_tenant()
    {
        var body = Simple("taken", "2026-11-21T00:00:00Z");
        await SaveAsync(body, keepName: true);
        var other = await SaveAsync(Simple("free", "2026-11-21T00:00:00Z"));

        using var again = await tenants.Own.Analyst.PostTextAsync(Path, body);
        using var renamed = await tenants.Own.Analyst.PutAsync($"{Path}/{other}", Json(body));
        using var elsewhere = await tenants.Foreign.Analyst.PostTextAsync(Path, body);

        await again.ProblemAsync(HttpStatusCode.Conflict, "conflict");
        await renamed.ProblemAsync(HttpStatusCode.Conflict, "conflict");
        Assert.Equal(HttpStatusCode.Created, elsewhere.StatusCode);
    }

    [Fact]
    public async Task To_another_tenant_it_does_not_exist()
    {
        var id = await SaveAsync(Simple("secret", "2026-11-21T00:00:00Z"));
        var foreign = tenants.Foreign.Admin;
        var answers = new[]
        {
            await foreign.GetAsync($"{Path}/{id}"),
            await foreign.GetAsync($"{Path}/{id}/versions"),
            await foreign.PostTextAsync($"{Path}/{id}/run", ""),
            await foreign.PutAsync($"{Path}/{id}", Json(Simple("mine", "2026-11-21T00:00:00Z"))),
            await foreign.DeleteAsync($"{Path}/{id}"),
        };

        foreach (var answer in answers)
            await answer.ProblemAsync(HttpStatusCode.NotFound, "not_found");
        Assert.DoesNotContain(id, await foreign.GetStringAsync($"{Path}?limit=1000"), StringComparison.Ordinal);
        Assert.Contains(id, await tenants.Own.Viewer.GetStringAsync($"{Path}?limit=1000"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Viewers_read_and_run_and_do_not_write()
    {
        var id = await SaveAsync(Simple("shared", "2026-11-21T00:00:00Z"));

        Assert.Equal(30, await CountAsync(id, ""));
        var body = Simple("mine", "2026-11-21T00:00:00Z");
        await (await tenants.Own.Viewer.PostTextAsync(Path, body)).ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await tenants.Own.Viewer.PutAsync($"{Path}/{id}", Json(body))).ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await tenants.Own.Viewer.DeleteAsync($"{Path}/{id}")).ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Pages_hold_each_query_once_by_name()
    {
        for (var i = 0; i < 5; i++)
            await SaveAsync(Simple($"page", "2026-11-21T00:00:00Z"));
        var names = new List<string>();
        for (var cursor = ""; cursor is not null;)
        {
            var page = await (await tenants.Own.Viewer.GetAsync($"{Path}?limit=2{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}")).JsonAsync();
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()!));
            cursor = page.GetProperty("cursor").GetString();
        }

        Assert.True(names.Count >= 5);
        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
        await (await tenants.Own.Viewer.GetAsync($"{Path}?cursor=!")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task It_answers_in_every_format()
    {
        var id = await SaveAsync(Simple("formats", "2026-11-21T00:00:00Z"));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Path}/{id}/run");
        request.Headers.Add("Accept", "text/csv");

        using var answer = await tenants.Own.Viewer.SendAsync(request);

        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("30", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string Simple(string name, string to) =>
        $$"""{"name":"{{name}}","kind":"timeseries","query":{"range":{"from":"2026-11-20T00:00:00Z","to":"{{to}}"},"interval":"day","measures":[{"op":"count","as":"n"}] } }""";

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");

    private async Task<string> SaveAsync(string body, bool keepName = false)
    {
        var unique = keepName ? body : body.Replace("\"name\":\"", $"\"name\":\"{Guid.NewGuid():N} ", StringComparison.Ordinal);
        using var answer = await tenants.Own.Analyst.PostTextAsync(Path, unique);
        var saved = await answer.JsonAsync();
        Assert.Equal($"{Path}/{saved.GetProperty("id").GetString()}", answer.Headers.Location!.ToString());
        return saved.GetProperty("id").GetString()!;
    }

    private async Task<long> CountAsync(string id, string body, string version = "")
    {
        using var answer = await tenants.Own.Viewer.PostTextAsync($"{Path}/{id}/run{version}", body);
        return (await answer.JsonAsync()).GetProperty("rows").EnumerateArray().Sum(row => row[1].GetInt64());
    }
}
