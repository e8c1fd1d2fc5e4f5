namespace AppHost.ClickHouse;

/// <summary>A ClickHouse server: HTTP for our services, the native protocol for tools.</summary>
public sealed class ClickHouseResource(string name, ParameterResource user, ParameterResource password, string database)
    : ContainerResource(name), IResourceWithConnectionString
{
    /// <summary>The endpoint the driver uses.</summary>
    public EndpointReference HttpEndpoint => field ??= new(this, "http");

    /// <summary>Host of <see cref="HttpEndpoint"/>.</summary>
    public EndpointReferenceExpression Host => HttpEndpoint.Property(EndpointProperty.Host);

    /// <summary>Port of <see cref="HttpEndpoint"/>.</summary>
    public EndpointReferenceExpression Port => HttpEndpoint.Property(EndpointProperty.Port);

    /// <summary>As ClickHouse.Driver reads it.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={Host};Port={Port};Username={user};Password={password};Database={database}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{Host}")),
        new("Port", ReferenceExpression.Create($"{Port}")),
        new("Username", ReferenceExpression.Create($"{user}")),
        new("Password", ReferenceExpression.Create($"{password}")),
        new("DatabaseName", ReferenceExpression.Create($"{database}")),
    ];
}
