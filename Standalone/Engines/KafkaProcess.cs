using System.Globalization;

namespace Standalone.Engines;

/// <summary>The command line of Embedded.Kafka.</summary>
internal static class KafkaProcess
{
    public static EngineStart Describe(DataDirectory data, int port) => new(
        "Kafka",
        "Embedded.Kafka",
        ["--data", data.Kafka, "--port", port.ToString(CultureInfo.InvariantCulture), "--exit-with-parent"],
        new Dictionary<string, string>(),
        Path.Combine(data.Logs, "kafka.log"));

    public static string ConnectionString(int port) => $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
}
