using Analytics.Api.Query;

namespace Analytics.Api.Tests;

/// <summary>The fixture itself: what it calls foreign is really there, and is found where it should be. And every kind of question over it.</summary>
public sealed class TwoTenantsTests(TwoTenants tenants) : IClassFixture<TwoTenants>
{
    // One per kind, that shows the secret of whoever asks.
    private static readonly Dictionary<string, string> Questions = new()
    {
        ["timeseries"] = """ "groupBy":["data.secret"] """,
        ["breakdown"] = """ "groupBy":["data.secret"] """,
        ["values"] = """ "field":"data.secret" """,
        ["sessions"] = """ "groupBy":["data.secret"] """,
        ["funnel"] = """ "steps":[{},{}],"groupBy":["data.secret"] """,
        ["retention"] = """ "start":{},"periods":1,"groupBy":["data.secret"] """,
        ["paths"] = """ "field":"data.secret","repeats":"keep" """,
    };

    public static TheoryData<string> Kinds => [.. QueryKinds.Names];

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

    [Fact]
    public async Task Each_tenant_has_a_description_of_its_own_events()
    {
        const string route = $"/api/v1/schema?from={TwoTenants.From}&to={TwoTenants.To}";
        var own = await (await tenants.Own.Viewer.GetAsync(route)).JsonAsync();
        var foreign = await (await tenants.Foreign.Viewer.GetAsync(route)).JsonAsync();

        Assert.Equal((30, 80), (Events(own), Events(foreign)));
        Assert.Contains($"only.{tenants.Foreign.Marker}", foreign.GetRawText(), StringComparison.Ordinal);
        Assert.Contains($"data.only_{tenants.Foreign.Marker}", foreign.GetRawText(), StringComparison.Ordinal);
        tenants.Foreign.AssertAbsent(own.GetRawText());
        tenants.Own.AssertAbsent(foreign.GetRawText());

        static int Events(System.Text.Json.JsonElement answer) => answer.GetProperty("types").EnumerateArray().Sum(type => type.GetProperty("count").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_of_question_is_about_the_own_events(string kind)
    {
        var question = $$"""{"range":{"from":"{{TwoTenants.From}}","to":"{{TwoTenants.To}}"},{{Questions[kind]}}}""";

        var own = (await (await tenants.Own.Viewer.PostTextAsync($"/api/v1/query/{kind}", question)).JsonAsync()).GetRawText();
        var foreign = (await (await tenants.Foreign.Viewer.PostTextAsync($"/api/v1/query/{kind}", question)).JsonAsync()).GetRawText();

        Assert.Contains(tenants.Own.Marker, own, StringComparison.Ordinal);
        Assert.Contains(tenants.Foreign.Marker, foreign, StringComparison.Ordinal);
        tenants.Foreign.AssertAbsent(own, question);
        tenants.Own.AssertAbsent(foreign, question);
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
