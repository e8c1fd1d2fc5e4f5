using TestKit;

namespace Analytics.Api.Tests.Admin;

/// <summary>The API on real engines and a database of its own, after it has created tables and topics.</summary>
public sealed class EngineApi(Infrastructure infrastructure) : IAsyncLifetime
{
    public ApiApplication Api { get; private set; } = null!;

    public TestDatabase Database { get; private set; } = null!;

    public string KafkaServers { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        KafkaServers = await infrastructure.KafkaAsync();
        Database = await infrastructure.CreateDatabaseAsync("admin");
        Api = new ApiApplication(new Dictionary<string, string?>
        {
            ["ConnectionStrings:clickhouse"] = Database.ConnectionString,
            ["ConnectionStrings:kafka"] = KafkaServers,
        });
        using var client = Api.CreateClient();
        await Eventually.TrueAsync("the API is ready", async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode, TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Database.DisposeAsync();
    }
}
