using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace AppHost.Tests;

/// <summary>The application model, looked at without starting anything.</summary>
public sealed class ModelTests
{
    private static readonly string[] Connections = ["clickhouse", "kafka", "redis", "control"];

    [Theory]
    [InlineData("containers")]
    [InlineData("embedded")]
    public async Task Every_connection_a_service_asks_for_exists(string infra)
    {
        var builder = await CreateAsync(infra);

        var names = builder.Resources.OfType<IResourceWithConnectionString>().Select(resource => resource.Name).ToList();

        Assert.All(Connections, name => Assert.Contains(name, names));
    }

    [Fact]
    public async Task ClickHouse_gives_a_connection_string_the_driver_understands()
    {
        var builder = await CreateAsync("containers");

        var clickHouse = builder.Resources.OfType<IResourceWithConnectionString>().Single(resource => resource.Name == "clickhouse");

        Assert.Equal(
            "Host={clickhouse.bindings.http.host};Port={clickhouse.bindings.http.port};Username={clickhouse-user.value};"
            + "Password={clickhouse-password.value};Database=analytics",
            clickHouse.ConnectionStringExpression.ValueExpression);
    }

    [Theory]
    [InlineData("containers", "api", "clickhouse", "kafka", "redis", "control")]
    [InlineData("containers", "worker", "clickhouse", "kafka")]
    [InlineData("embedded", "api", "embedded-clickhouse", "embedded-kafka")]
    [InlineData("embedded", "worker", "embedded-clickhouse", "embedded-kafka")]
    public async Task A_service_waits_for_what_it_needs(string infra, string service, params string[] needs)
    {
        var builder = await CreateAsync(infra);
        var resource = builder.Resources.Single(candidate => candidate.Name == service);

        Assert.True(resource.TryGetAnnotationsOfType<WaitAnnotation>(out var waits));

        Assert.Equal(needs.Order(), waits.Select(wait => wait.Resource.Name).Intersect(needs).Order());
    }

    [Fact]
    public async Task Embedded_mode_has_no_container()
    {
        var builder = await CreateAsync("embedded");

        Assert.Empty(builder.Resources.OfType<ContainerResource>());
    }

    private static Task<IDistributedApplicationTestingBuilder> CreateAsync(string infra) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>([$"--Infra={infra}"], TestContext.Current.CancellationToken);
}
