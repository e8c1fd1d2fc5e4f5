namespace Analytics.Api.Tests;

/// <summary>The fixture itself: what it calls foreign is really there, and is found where it should be.</summary>
public sealed class TwoTenantsTests(TwoTenants tenants) : IClassFixture<TwoTenants>
{
    [Fact]
    public async Task Each_tenant_has_the_same_ids_and_sees_its_own_events()
    {
        var own = await (await tenants.Own.Viewer.GetAsync("/api/v1/events?limit=1000")).JsonAsync();
        var foreign = await (await tenants.Foreign.Analyst.GetAsync("/api/v1/events?limit=1000")).JsonAsync();

        Assert.Equal((30, 80), (own.GetProperty("events").GetArrayLength(), foreign.GetProperty("events").GetArrayLength()));
        Assert.Contains(tenants.Foreign.Marker, foreign.GetRawText(), StringComparison.Ordinal);
        tenants.Foreign.AssertAbsent(own.GetRawText());
        tenants.Own.AssertAbsent(foreign.GetRawText());
        Assert.ThrowsAny<Exception>(() => tenants.Foreign.AssertAbsent(foreign.GetRawText().ToUpperInvariant()));
    }

    [Theory]
    [InlineData("dead-letters")]
    [InlineData("ledger?from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z")]
    public async Task The_other_tables_have_rows_of_both(string route)
    {
        var own = (await (await tenants.Own.Admin.GetAsync($"/api/v1/admin/{route}")).JsonAsync()).GetRawText();
        var foreign = (await (await tenants.Foreign.Admin.GetAsync($"/api/v1/admin/{route}")).JsonAsync()).GetRawText();

        Assert.NotEqual(own, foreign);
        tenants.Foreign.AssertAbsent(own);
        tenants.Own.AssertAbsent(foreign);
    }
}
