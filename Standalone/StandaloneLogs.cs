namespace Standalone;

/// <summary>
/// Logs go to standard error, so that standard output has the banner and the line that says ready, nothing else. Failed health checks
/// are news only once everything had been healthy.
/// </summary>
internal static class StandaloneLogs
{
    private static volatile bool ready;

    public static void Ready() => ready = true;

    public static void UseStandardError(this ILoggingBuilder logging)
    {
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", level => ready && level >= LogLevel.Warning);
    }

    /// <summary>For what runs before there is a host.</summary>
    public static ILoggerFactory CreateFactory() => LoggerFactory.Create(logging => logging
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        })
        .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
}
