using Analytics.Api.Tests.Query;
using TestKit;

namespace Analytics.Api.Tests;

/// <summary>
/// The API on real engines, with two tenants whose events have the same ids, types, subjects, sessions and times. Whatever else they hold
/// carries the tenant's <see cref="TenantSide.Marker"/> or <see cref="TenantSide.Amount"/>, which must never be in an answer to the other one.
/// </summary>
/// <example><c>public sealed class XTests(TwoTenants tenants) : IClassFixture&lt;TwoTenants&gt;</c>, then
/// <c>await tenants.Own.Viewer.PostTextAsync(…)</c> and <c>tenants.Foreign.AssertAbsent(text)</c>.</example>
public sealed class TwoTenants(Infrastructure infrastructure) : IAsyncLifetime
{
    /// <summary>Before and after every event, for ranges and for filters.</summary>
    public const string From = "2026-11-20T00:00:00Z", To = "2026-11-21T00:00:00Z";

    public TestDatabase Database { get; private set; } = null!;

    public ApiApplication Api { get; private set; } = null!;

    /// <summary>The one who asks.</summary>
    public TenantSide Own { get; private set; } = null!;

    /// <summary>The one who must stay unseen; has more events than <see cref="Own"/>.</summary>
    public TenantSide Foreign { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await infrastructure.CreateDatabaseAsync("tenants");
        Api = QueryApi.Start(
            Database.ConnectionString,
            ("ConnectionStrings:clickhouse-sql", Database.SqlConnectionString),
            ("ConnectionStrings:kafka", await infrastructure.KafkaAsync()));
        using var anybody = Api.CreateClient();
        await Eventually.TrueAsync("the API is ready", async () => (await anybody.GetAsync("/health/ready")).IsSuccessStatusCode, TimeSpan.FromMinutes(1));
        Own = await TenantSide.CreateAsync(Api, Database, "own", 1000003.25, events: 30);
        Foreign = await TenantSide.CreateAsync(Api, Database, "foreign", 7000003.75, events: 80);
    }

    public async ValueTask DisposeAsync()
    {
        Own?.Dispose();
        Foreign?.Dispose();
        await Api.DisposeAsync();
        await Database.DisposeAsync();
    }
}
