using System.Net;
using System.Net.Http.Json;

namespace Analytics.Api.Tests.Isolation;

/// <summary>Routes of admins, who may name a tenant: theirs alone.</summary>
internal static class AdminVisits
{
    public static async Task ListAsync(Visit visit)
    {
        await visit.OwnAsync(visit.Me.Admin);
        await visit.OwnAsync(visit.Me.Admin, query: $"?tenant={visit.Me.Name}");
        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Admin, query: Theirs(visit));
        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Analyst);
    }

    public static async Task CreateKeyAsync(Visit visit)
    {
        var key = await visit.OwnAsync(visit.Me.Admin, new { name = "new", role = "viewer" });
        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Admin, new { name = "new", role = "viewer", tenant = visit.Other.Name });

        using var bearer = visit.Tenants.Api.WithKey(key.Json.GetProperty("key").GetString()!);
        Assert.Equal(visit.Me.Name, (await (await bearer.GetAsync("/api/v1/auth/me")).JsonAsync()).GetProperty("tenant").GetString());
    }

    public static async Task RevokeKeyAsync(Visit visit)
    {
        var ((mine, _), (theirs, key)) = (await visit.Tenants.Api.CreateKeyAsync("viewer", visit.Me.Name), await visit.Tenants.Api.CreateKeyAsync("viewer", visit.Other.Name));

        await visit.RefusedAsync(HttpStatusCode.NotFound, visit.Me.Admin, id: theirs);
        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Admin, id: theirs, query: Theirs(visit));
        await visit.NeutralAsync(visit.Me.Admin, id: mine);

        using var bearer = visit.Tenants.Api.WithKey(key);
        Assert.Equal(HttpStatusCode.OK, (await bearer.GetAsync("/api/v1/auth/me")).StatusCode);
    }

    public static async Task CreateUserAsync(Visit visit)
    {
        object User(string name, string? tenant = null) => new { username = name, password = TenantSide.Password, role = "viewer", tenant };

        await visit.OwnAsync(visit.Me.Admin, User($"second.{visit.Me.Name}"));
        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Admin, User("third", visit.Other.Name));
        await visit.RefusedAsync(HttpStatusCode.Conflict, visit.Me.Admin, User(visit.Other.Name)); // a login names no tenant
    }

    public static async Task PlatformAsync(Visit visit)
    {
        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Admin, new { name = "mine" });
        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Admin, new { name = visit.Other.Name });
    }

    public static async Task LedgerAsync(Visit visit)
    {
        var day = $"?from={TwoTenants.From}&to={TwoTenants.To}";
        var ledger = await visit.OwnAsync(visit.Me.Admin, query: day);
        Assert.Equal(visit.Me.Events.Count, ledger.Json.GetProperty("totals").GetProperty("accepted").GetInt32());
        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Admin, query: $"{day}&tenant={visit.Other.Name}");
    }

    public static async Task DeadLettersAsync(Visit visit)
    {
        foreach (var query in new[] { "", "?code=invalid_json", "?limit=1" })
            Assert.Equal(1, (await visit.OwnAsync(visit.Me.Admin, query: query)).Json.GetProperty("items").GetArrayLength());
        await visit.SendAsync(visit.Me.Admin, query: $"?cursor={visit.Theirs.DeadLetterCursor}"); // names a place, and the places are the same
        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Admin, query: Theirs(visit));
    }

    public static async Task ReplayAsync(Visit visit)
    {
        foreach (var body in new object[] { new { }, new { letters = new[] { new { partition = 0, offset = 0 } } } })
        {
            var reply = await visit.SendAsync(visit.Me.Admin, body);
            Assert.Equal(1, reply.Json.GetProperty("refused").GetArrayLength());
        }

        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Admin, new { tenant = visit.Other.Name });
    }

    public static async Task ClearCacheAsync(Visit visit)
    {
        await visit.Other.Viewer.PostTextAsync("/api/v1/query/breakdown", Visit.Question("breakdown"));
        var before = await AnswersAsync(visit.Other);

        await visit.RefusedAsync(HttpStatusCode.Forbidden, visit.Me.Admin, query: Theirs(visit));
        await visit.NeutralAsync(visit.Me.Admin);

        Assert.True(before > 0);
        Assert.Equal((0, before), (await AnswersAsync(visit.Me), await AnswersAsync(visit.Other)));
    }

    private static async Task<int> AnswersAsync(TenantSide tenant) =>
        (await (await tenant.Admin.GetAsync("/api/v1/admin/cache")).JsonAsync()).GetProperty("answers").GetInt32();

    private static string Theirs(Visit visit) => $"?tenant={visit.Other.Name}";
}
