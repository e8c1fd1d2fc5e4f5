using Microsoft.Extensions.Options;

namespace Analytics.Api.Engines;

/// <summary>Names of the connection strings, the only things that differ between the ways to start the API.</summary>
internal static class ConnectionStrings
{
    public const string ClickHouse = "clickhouse";

    /// <summary>The same server as a user who may read the views of analysts only; optional.</summary>
    public const string ClickHouseSql = "clickhouse-sql";

    public const string Kafka = "kafka";
    public const string Redis = "redis";
    public const string Control = "control";

    /// <summary>The configured text, or a failure that says what to configure.</summary>
    public static string Required(IConfiguration configuration, string name) =>
        configuration.GetConnectionString(name) is { Length: > 0 } text
            ? text
            : throw new OptionsValidationException("ConnectionStrings", typeof(string),
                [$"ConnectionStrings:{name} is missing. Set it, e.g. in the environment: ConnectionStrings__{name}=…"]);
}
