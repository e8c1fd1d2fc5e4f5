using System.Net;
using System.Text.Json;
using System.Net.Http.Json;

namespace Analytics.Api.Tests.Isolation;

/// <summary>Routes that need no credential, and the one that tells who has which.</summary>
internal static class OpenVisits
{
    public static async Task PageAsync(Visit visit)
    {
        using var anybody = visit.Tenants.Api.CreateClient();
        await visit.NeutralAsync(anybody);
        await visit.NeutralAsync(visit.Me.Admin);
    }

    public static async Task LoginAsync(Visit visit)
    {
        using var anybody = visit.Tenants.Api.CreateClient();
        await visit.OwnAsync(anybody, new { username = visit.Me.Name, password = TenantSide.Password });
        await visit.RefusedAsync(HttpStatusCode.Unauthorized, anybody, new { username = visit.Me.Name, password = "not the password" });
    }

    public static async Task RefreshAsync(Visit visit)
    {
        using var anybody = visit.Tenants.Api.CreateClient();
        await visit.OwnAsync(anybody, new { refresh_token = await RefreshTokenAsync(visit, visit.Me) });
        await visit.OwnAsync(visit.Other.Admin, new { refresh_token = await RefreshTokenAsync(visit, visit.Me) }); // the token counts, not who sends it
    }

    public static async Task LogoutAsync(Visit visit)
    {
        using var anybody = visit.Tenants.Api.CreateClient();
        var (mine, theirs) = (await RefreshTokenAsync(visit, visit.Me), await RefreshTokenAsync(visit, visit.Other));

        await visit.NeutralAsync(visit.Me.Admin, new { refresh_token = mine });

        Assert.Equal(HttpStatusCode.Unauthorized, (await anybody.PostAsJsonAsync("/api/v1/auth/refresh", new { refresh_token = mine })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await anybody.PostAsJsonAsync("/api/v1/auth/refresh", new { refresh_token = theirs })).StatusCode);
    }

    public static async Task MeAsync(Visit visit)
    {
        foreach (var client in new[] { visit.Me.Admin, visit.Me.Analyst, visit.Me.Viewer })
            Assert.Equal(visit.Me.Name, (await visit.OwnAsync(client)).Json.GetProperty("tenant").GetString());
    }

    private static async Task<string> RefreshTokenAsync(Visit visit, TenantSide of) =>
        (await visit.Tenants.Api.TokensAsync(of.Name, TenantSide.Password)).GetProperty("refresh_token").GetString()!;
}
