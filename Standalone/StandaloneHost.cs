using System.Globalization;
using Analytics.Api;
using Ingestion.Worker;
using ServiceDefaults;
using Microsoft.Extensions.Configuration.Memory;
using Standalone.Engines;

namespace Standalone;

/// <summary>API and worker in one host: the same parts as in their own processes, with the settings this program decides.</summary>
internal static class StandaloneHost
{
    /// <summary>Time for the API to drain and the worker to commit; the engines need the rest of the 10 s.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5.5);

    public static WebApplication Build(StandaloneOptions options, DataDirectory data, EmbeddedEngines engines)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(StandaloneHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults(data) });
        builder.Configuration.AddInMemoryCollection(engines.Configuration);
        builder.AddServiceDefaults();
        builder.Logging.UseStandardError();
        builder.WebHost.ConfigureKestrel(server => server.Listen(options.Bind, options.Port));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit);

        // Hosted services stop in the reverse order: the web server, what the API runs, then the worker.
        builder.AddIngestionWorker();
        builder.AddAnalyticsApi();

        var app = builder.Build();
        app.UseAnalyticsApi();
        app.MapAnalyticsApi();
        app.MapServiceDefaults();
        return app;
    }

    /// <summary>Where this installation keeps what the API needs. The environment wins over it.</summary>
    private static Dictionary<string, string?> Defaults(DataDirectory data) => new()
    {
        ["ConnectionStrings:control"] = $"Data Source={data.ControlStore}",
        ["Bootstrap:CredentialsFile"] = data.Credentials,
        ["Auth:SigningKeyFile"] = data.SigningKey,
        ["Auth:CreateSigningKey"] = "true",
        ["Topics:Partitions"] = "2", // two cores: more partitions would only make the inserts smaller
        ["Ingestion:InstanceId"] = "standalone", // after a crash the partitions come back at once, not after a time-out
        ["Query:EngineCores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture), // the engine runs on this machine
        ["Logging:LogLevel:Default"] = "Warning", // the terminal shows what needs attention; LOG_LEVEL=Information shows the course of things
        ["Logging:LogLevel:Standalone"] = "Information",
    };
}
