namespace AppHost.ClickHouse;

/// <summary>ClickHouse in the application model.</summary>
public static class ClickHouseResourceExtensions
{
    /// <summary>The release line the embedded engine is built from, so that both behave alike.</summary>
    public const string Tag = "26.7";

    /// <summary>Adds the server with one user and one database.</summary>
    public static IResourceBuilder<ClickHouseResource> AddClickHouse(
        this IDistributedApplicationBuilder builder,
        [ResourceName] string name,
        IResourceBuilder<ParameterResource> user,
        IResourceBuilder<ParameterResource> password,
        string database,
        int? httpPort = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(password);
        return builder.AddResource(new ClickHouseResource(name, user.Resource, password.Resource, database))
            .WithImage("clickhouse/clickhouse-server", Tag)
            .WithHttpEndpoint(port: httpPort, targetPort: 8123, name: "http")
            .WithEndpoint(targetPort: 9000, name: "native", scheme: "tcp")
            .WithEnvironment("CLICKHOUSE_USER", user)
            .WithEnvironment("CLICKHOUSE_PASSWORD", password)
            .WithEnvironment("CLICKHOUSE_DB", database)
            .WithEnvironment("CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT", "1")
            .WithHttpHealthCheck("/ping", endpointName: "http")
            .WithUrlForEndpoint("http", u =>
            {
                u.Url += "/play";
                u.DisplayText = "Play";
            });
    }

    /// <summary>Keeps the data in a volume; name it, because the default name is not valid everywhere.</summary>
    public static IResourceBuilder<ClickHouseResource> WithDataVolume(this IResourceBuilder<ClickHouseResource> builder, string name) =>
        builder.WithVolume(name, "/var/lib/clickhouse");
}
