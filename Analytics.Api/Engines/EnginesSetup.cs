using System.Net;
using Analytics.Api.Errors;
using Analytics.Contracts;
using ClickHouse.Driver;
using ClickHouse.Driver.ADO;
using Confluent.Kafka;
using StackExchange.Redis;

namespace Analytics.Api.Engines;

/// <summary>One client per engine, shared by everybody: <see cref="IClickHouseClient"/>, <see cref="IAdminClient"/>, <see cref="IConnectionMultiplexer"/>.</summary>
internal static class EnginesSetup
{
    public static void AddEngines(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        var configuration = builder.Configuration;
        services.AddSingleton<IClickHouseClient>(_ => ClickHouse(ConnectionStrings.Required(configuration, ConnectionStrings.ClickHouse)));
        services.AddSingleton(_ => Kafka(ConnectionStrings.Required(configuration, ConnectionStrings.Kafka)));
        services.AddSingleton<IConnectionMultiplexer>(_ => Redis(ConnectionStrings.Required(configuration, ConnectionStrings.Redis)));
        services.AddSingleton<IUnavailability, EngineUnavailability>();
        services.AddOptions<TopicOptions>().BindConfiguration(TopicOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<EngineStartup>();
        services.AddHostedService(provider => provider.GetRequiredService<EngineStartup>());
    }

    // Its own handler: inserts and queries must not pass through the retries of ordinary outgoing calls.
    private static ClickHouseClient ClickHouse(string connectionString)
    {
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        return new ClickHouseClient(new ClickHouseClientSettings(connectionString)
        {
            HttpClient = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan },
        });
    }

    private static IAdminClient Kafka(string bootstrapServers) => new AdminClientBuilder(new AdminClientConfig
    {
        BootstrapServers = bootstrapServers,
        ClientId = "analytics-api-admin",
        SocketTimeoutMs = 10_000,
    }).SetLogHandler((_, _) => { }).Build();

    // abortConnect=false: the API starts and serves without Redis; the client connects as soon as it can.
    private static ConnectionMultiplexer Redis(string connectionString)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = Math.Min(options.ConnectTimeout, 2_000);
        options.ClientName = "analytics-api";
        return ConnectionMultiplexer.Connect(options);
    }
}
