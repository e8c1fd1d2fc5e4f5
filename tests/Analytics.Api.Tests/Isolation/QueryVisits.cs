using System.Net;

namespace Analytics.Api.Tests.Isolation;

/// <summary>Questions: asked at once, saved, and in SQL. Both tenants ask the same, so that a cache could mix them up.</summary>
internal static class QueryVisits
{
    private static readonly string[] Formats =
        ["application/json", "text/csv", "application/x-ndjson", "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"];

    public static async Task AskAsync(Visit visit)
    {
        var (kind, body) = (visit.Last, Visit.Question(visit.Last));
        var columns = await ColumnsAsync(visit.Other, kind); // the other's answer is in the cache
        foreach (var format in Formats)
        {
            var theirs = await TagAsync(visit.Other, kind, format);
            var first = await visit.OwnAsync(visit.Me.Viewer, body, accept: format, ifNoneMatch: theirs, columns: columns);
            var again = await visit.OwnAsync(visit.Me.Viewer, body, accept: format, columns: columns); // out of the cache
            var mine = await visit.SendAsync(visit.Me.Viewer, body, accept: format, ifNoneMatch: again.Tag);

            Assert.NotEqual(theirs, first.Tag);
            Assert.Equal(HttpStatusCode.NotModified, mine.Status);
        }

        await visit.RefusedAsync(HttpStatusCode.BadRequest, visit.Me.Viewer, "{}");
        Assert.Equal("hit", (await visit.OwnAsync(visit.Me.Viewer, body)).Json.GetProperty("meta").GetProperty("cache").GetString());
    }

    public static async Task SchemaAsync(Visit visit)
    {
        var query = $"?from={TwoTenants.From}&to={TwoTenants.To}";
        using var theirs = await visit.Other.Viewer.GetAsync($"/api/v1/schema{query}"); // is in the cache
        var first = await visit.OwnAsync(visit.Me.Viewer, query: query, ifNoneMatch: theirs.Headers.ETag!.ToString());
        await visit.OwnAsync(visit.Me.Viewer, query: query);
        Assert.Equal(HttpStatusCode.NotModified, (await visit.SendAsync(visit.Me.Viewer, query: query, ifNoneMatch: first.Tag)).Status);
        await visit.SendAsync(visit.Me.Viewer, query: query + "&type=nothing");
        await visit.RefusedAsync(HttpStatusCode.BadRequest, visit.Me.Viewer, query: "?limit=x");
    }

    public static async Task ListSavedAsync(Visit visit)
    {
        await visit.OwnAsync(visit.Me.Viewer);
        await visit.SendAsync(visit.Me.Viewer, query: "?after=a");
    }

    public static async Task SaveAsync(Visit visit)
    {
        await visit.OwnAsync(visit.Me.Admin, Belongings.Query(visit.Me, $"of {visit.Me.Name}"));
        await visit.RefusedAsync(HttpStatusCode.Conflict, visit.Me.Admin, Belongings.Query(visit.Me, Belongings.QueryName)); // of their own
    }

    public static async Task ShowSavedAsync(Visit visit)
    {
        await visit.OwnAsync(visit.Me.Viewer, id: visit.Mine.SavedQuery);
        await visit.RefusedAsync(HttpStatusCode.NotFound, visit.Me.Viewer, id: visit.Theirs.SavedQuery);
    }

    public static async Task ChangeSavedAsync(Visit visit)
    {
        var before = await SavedAsync(visit.Theirs);
        await visit.OwnAsync(visit.Me.Admin, Belongings.Query(visit.Me, Belongings.QueryName), visit.Mine.SavedQuery);
        await visit.RefusedAsync(HttpStatusCode.NotFound, visit.Me.Admin, Belongings.Query(visit.Me, Belongings.QueryName), visit.Theirs.SavedQuery);
        Assert.Equal(before, await SavedAsync(visit.Theirs));
    }

    public static async Task DeleteSavedAsync(Visit visit)
    {
        var before = await SavedAsync(visit.Theirs);
        var mine = await (await visit.Me.Admin.PostTextAsync("/api/v1/queries", System.Text.Json.JsonSerializer.Serialize(Belongings.Query(visit.Me, "to be deleted")))).JsonAsync();
        await visit.NeutralAsync(visit.Me.Admin, id: mine.GetProperty("id").GetString()!);
        await visit.RefusedAsync(HttpStatusCode.NotFound, visit.Me.Admin, id: visit.Theirs.SavedQuery);
        Assert.Equal(before, await SavedAsync(visit.Theirs));
    }

    public static async Task RunSavedAsync(Visit visit)
    {
        var columns = await ColumnsAsync(visit.Me, "breakdown");
        foreach (var format in Formats)
            await visit.OwnAsync(visit.Me.Viewer, "", visit.Mine.SavedQuery, accept: format, columns: columns);
        await visit.RefusedAsync(HttpStatusCode.NotFound, visit.Me.Viewer, "", visit.Theirs.SavedQuery);
        await visit.RefusedAsync(HttpStatusCode.NotFound, visit.Me.Viewer, "", visit.Theirs.SavedQuery, "?version=1");
    }

    /// <summary>A few of each sort; Sql/escapes.txt has hundreds.</summary>
    public static async Task SqlAsync(Visit visit)
    {
        async Task<Reply> AskAsync(string sql) => await visit.SendAsync(visit.Me.Analyst, new { query = sql });

        await visit.OwnAsync(visit.Me.Analyst, new { query = "SELECT * FROM events ORDER BY time LIMIT 1000" });
        var counts = await AskAsync("SELECT (SELECT count() FROM events), (SELECT sum(events) FROM events_hourly), (SELECT sum(events) FROM events_daily), (SELECT sum(events) FROM sessions)");
        Assert.Equal([visit.Me.Events.Count], counts.Json.GetProperty("rows")[0].EnumerateArray().Select(cell => cell.GetInt32()).Distinct());
        foreach (var sql in new[]
        {
            "SELECT toUInt8(source) FROM events", "SELECT intDiv(1, source != '/x') FROM events", $"SELECT * FROM {visit.Tenants.Database.Name}.events",
            "SELECT nothing FROM events", "SELECT * FROM stored_hours", "SELECT 1 FROM events WHERE throwIf(position(source, 'foreign') > 0)",
        })
            await AskAsync(sql);
    }

    /// <summary>The names of the columns of a kind's answer.</summary>
    public static async Task<List<string>> ColumnsAsync(TenantSide of, string kind)
    {
        using var answer = await of.Viewer.PostTextAsync($"/api/v1/query/{kind}", Visit.Question(kind));
        return [.. (await answer.JsonAsync()).GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()!)];
    }

    private static async Task<string> TagAsync(TenantSide of, string kind, string format)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/query/{kind}") { Content = new StringContent(Visit.Question(kind)) };
        request.Headers.Add("Accept", format);
        using var answer = await of.Viewer.SendAsync(request);
        return answer.Headers.ETag!.ToString();
    }

    private static async Task<string> SavedAsync(Belongings of) =>
        (await (await of.Tenant.Viewer.GetAsync($"/api/v1/queries/{of.SavedQuery}")).JsonAsync()).GetRawText();
}
