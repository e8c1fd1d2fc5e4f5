namespace AppHost.Infra;

/// <summary>Where the engines come from.</summary>
public enum InfraMode
{
    /// <summary>ClickHouse, Kafka, Redis and PostgreSQL in containers.</summary>
    Containers,

    /// <summary>The engines this repository brings, as processes.</summary>
    Embedded,
}
