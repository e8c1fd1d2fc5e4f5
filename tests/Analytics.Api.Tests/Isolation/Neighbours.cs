using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Api.Tests.Export;
using TestKit;

namespace Analytics.Api.Tests.Isolation;

/// <summary><see cref="TwoTenants"/>, each with something of everything that has an id, a cursor or a name, made in the same order.</summary>
public sealed class Neighbours(Infrastructure infrastructure) : IAsyncLifetime
{
    public TwoTenants Tenants { get; } = new(infrastructure);

    internal Belongings Own { get; private set; } = null!;

    internal Belongings Foreign { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Tenants.InitializeAsync();
        Own = await Belongings.OfAsync(Tenants.Own);
        Foreign = await Belongings.OfAsync(Tenants.Foreign);
    }

    public ValueTask DisposeAsync() => Tenants.DisposeAsync();
}

/// <summary>What belongs to a tenant, by which another one might ask for it.</summary>
internal sealed record Belongings(
    TenantSide Tenant, string SavedQuery, string Export, string ExportCursor, string EventCursor, string DeadLetterCursor, string LiveEvent)
{
    /// <summary>The name of a saved query that both tenants have.</summary>
    public const string QueryName = "the same name";

    public static async Task<Belongings> OfAsync(TenantSide tenant)
    {
        var saved = await (await tenant.Admin.PostAsJsonAsync("/api/v1/queries", Query(tenant, QueryName))).JsonAsync();
        var file = await ExportedFile.OfAsync(tenant.Analyst, new { format = "ndjson", events = new { limit = 3 } });
        var receipt = await (await tenant.Analyst.GetAsync($"/api/v1/exports/{file.Id}")).JsonAsync();
        var page = await (await tenant.Viewer.GetAsync("/api/v1/events?limit=3")).JsonAsync();
        var letters = await (await tenant.Admin.GetAsync("/api/v1/admin/dead-letters?limit=1")).JsonAsync();
        return new Belongings(
            tenant, saved.GetProperty("id").GetString()!, file.Id, receipt.GetProperty("next").GetString()!, page.GetProperty("next").GetString()!,
            letters.GetProperty("cursor").GetString()!, await LiveAsync(tenant));
    }

    public static object Query(TenantSide tenant, string name) => new
    {
        name,
        description = tenant.Marker,
        kind = "breakdown",
        query = new { range = new { from = TwoTenants.From, to = TwoTenants.To }, groupBy = new[] { "data.secret" } },
    };

    /// <summary>Posts the event with the id that the other tenant uses too.</summary>
    public static async Task PostAsync(TenantSide tenant)
    {
        using var answer = await tenant.Admin.PostTextAsync(
            "/api/v1/events", JsonSerializer.Serialize(new { id = "live", type = "page.viewed", subject = "subject1", data = new { secret = tenant.Marker } }));
        await answer.JsonAsync();
    }

    private static async Task<string> LiveAsync(TenantSide tenant)
    {
        await using var tail = await Live.LiveClient.OpenAsync(tenant.Viewer, "");
        await PostAsync(tenant);
        return (await tail.NextAsync()).EventId!;
    }
}
