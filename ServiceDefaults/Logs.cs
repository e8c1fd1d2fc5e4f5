using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults;

/// <summary>
/// Console logs: one line per entry, quiet by default. Everything is ordinary <c>Logging</c> configuration and sits below
/// appsettings and the environment, so e.g. <c>Logging__Console__FormatterName=json</c> switches to JSON lines.
/// <c>LOG_LEVEL=Warning</c> sets the default level, <c>DEBUG=true</c> shows everything of ours and the frameworks' information.
/// </summary>
internal static class Logs
{
    private static readonly Dictionary<string, string?> Quiet = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:System"] = "Warning",
        ["Logging:LogLevel:Polly"] = "Warning",
        ["Logging:Console:FormatterName"] = "simple",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = "yyyy-MM-ddTHH:mm:ss.fffZ ",
    };

    private static readonly Dictionary<string, string?> Loud = new()
    {
        ["Logging:LogLevel:Default"] = "Debug",
        ["Logging:LogLevel:Microsoft"] = "Information",
        ["Logging:LogLevel:System"] = "Information",
        ["Logging:LogLevel:Polly"] = "Information",
    };

    public static void AddLogDefaults(this IHostApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Quiet });

        if (Enum.TryParse<LogLevel>(configuration["LOG_LEVEL"], ignoreCase: true, out var level))
            configuration.AddInMemoryCollection([new("Logging:LogLevel:Default", level.ToString())]);
        if (IsTrue(configuration["DEBUG"]))
            configuration.AddInMemoryCollection(Loud);
    }

    private static bool IsTrue(string? value) =>
        value == "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
}
