using System.Globalization;

namespace Standalone.Engines;

/// <summary>The command line of Embedded.ClickHouse. The password travels in the environment, where other users cannot read it.</summary>
internal static class ClickHouseProcess
{
    /// <summary>What the engine may hold; the rest of the process adds about 300 MB.</summary>
    public const long MaxMemory = 768L << 20;

    public static EngineStart Describe(DataDirectory data, int port, string password, string sqlPassword) => new(
        "ClickHouse",
        "Embedded.ClickHouse",
        [
            "--data", data.ClickHouse,
            "--port", port.ToString(CultureInfo.InvariantCulture),
            "--max-memory", MaxMemory.ToString(CultureInfo.InvariantCulture),
            "--exit-with-parent",
        ],
        new Dictionary<string, string>
        {
            ["Users__default__Password"] = password,
            ["Users__sql__Password"] = sqlPassword,
            ["Users__sql__Tables"] = "analytics_sql.*",
        },
        Path.Combine(data.Logs, "clickhouse.log"));

    public static string ConnectionString(int port, string password, string user = "default") =>
        $"Host=127.0.0.1;Port={port.ToString(CultureInfo.InvariantCulture)};Username={user};Password={password};Database=analytics";
}
