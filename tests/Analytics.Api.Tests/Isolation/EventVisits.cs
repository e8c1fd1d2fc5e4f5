using System.Net;
using Analytics.Api.Query;
using Analytics.Api.Tests.Live;

namespace Analytics.Api.Tests.Isolation;

/// <summary>Events themselves: sent, listed, followed and exported.</summary>
internal static class EventVisits
{
    public static async Task PostAsync(Visit visit)
    {
        await visit.SendAsync(visit.Me.Admin, new { id = "e1", type = "page.viewed", subject = "subject1", data = new { secret = visit.Me.Marker } });
        await visit.SendAsync(visit.Me.Admin, """[{"id":"e1","type":"page.viewed"},{"id":"e1","type":"not a type"},{"id":"e1"}]""");
        await visit.RefusedAsync(HttpStatusCode.BadRequest, visit.Me.Admin, """{"id":"e1","type":"page.viewed","tenant":7,"time":"never"}""");
        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Viewer, """{"id":"e1","type":"page.viewed"}""");
    }

    public static async Task ListAsync(Visit visit)
    {
        var all = await visit.OwnAsync(visit.Me.Viewer, query: "?limit=1000");
        Assert.Equal(visit.Me.Events.Count, all.Json.GetProperty("events").GetArrayLength());
        foreach (var query in new[] { "?subject=subject1", "?type=page.viewed&limit=1", "?filters=[{\"field\":\"id\",\"op\":\"eq\",\"value\":\"e1\"}]", $"?limit=3&cursor={visit.Mine.EventCursor}" })
            await visit.OwnAsync(visit.Me.Viewer, query: query);
        foreach (var query in new[] { $"?type=only.{visit.Other.Marker}", $"?filters=[{{\"field\":\"data.secret\",\"op\":\"eq\",\"value\":\"{visit.Other.Marker}\"}}]" })
            Assert.Equal(0, (await visit.NeutralAsync(visit.Me.Viewer, query: query)).Json.GetProperty("events").GetArrayLength());
        await visit.RefusedAsync(HttpStatusCode.BadRequest, visit.Me.Viewer, query: $"?limit=3&cursor={visit.Theirs.EventCursor}");
    }

    /// <summary>The other's event comes first, with the same id; all that is seen is one's own, of this and of other visits.</summary>
    public static async Task FollowAsync(Visit visit)
    {
        await using (var tail = await LiveClient.OpenAsync(visit.Me.Viewer, ""))
        await using (var resumed = await LiveClient.OpenAsync(visit.Me.Viewer, "", visit.Mine.LiveEvent))
        {
            await Belongings.PostAsync(visit.Other);
            await Belongings.PostAsync(visit.Me);
            foreach (var client in new[] { tail, resumed })
            {
                for (var marked = false; !marked;)
                {
                    var seen = await client.NextAsync();
                    visit.Other.AssertAbsent(seen.Data + seen.EventId);
                    marked = seen.Data.Contains(visit.Me.Marker, StringComparison.Ordinal);
                }
            }
        }

        using var refused = await LiveClient.SendAsync(visit.Me.Viewer, "", visit.Theirs.LiveEvent);
        visit.Other.AssertAbsent((await refused.ProblemAsync(HttpStatusCode.BadRequest, "invalid_query")).GetRawText());
    }

    public static async Task ExportAsync(Visit visit)
    {
        foreach (var format in new[] { "csv", "ndjson", "parquet", "arrow" })
        {
            await visit.OwnAsync(visit.Me.Analyst, $$"""{"format":"{{format}}","events":{} }""");
            await visit.OwnAsync(visit.Me.Analyst, $$"""{"format":"{{format}}","events":{"limit":3,"cursor":"{{visit.Mine.ExportCursor}}"} }""");
            await visit.RefusedAsync(HttpStatusCode.BadRequest, visit.Me.Analyst, $$"""{"format":"{{format}}","events":{"limit":3,"cursor":"{{visit.Theirs.ExportCursor}}"} }""");
            foreach (var kind in QueryKinds.Names)
                await visit.OwnAsync(
                    visit.Me.Analyst, $$"""{"format":"{{format}}","query":{"kind":"{{kind}}",{{Visit.Question(kind)[1..]}}}""", columns: await QueryVisits.ColumnsAsync(visit.Me, kind));
        }
    }

    public static async Task ReceiptAsync(Visit visit)
    {
        var receipt = await visit.SendAsync(visit.Me.Analyst, id: visit.Mine.Export);
        Assert.Equal(3, receipt.Json.GetProperty("rows").GetInt32());
        await visit.RefusedAsync(HttpStatusCode.NotFound, visit.Me.Analyst, id: visit.Theirs.Export);
    }
}
