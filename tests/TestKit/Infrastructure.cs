namespace TestKit;

/// <summary>
/// The engines tests run against: <c>ConnectionStrings__clickhouse</c> and <c>ConnectionStrings__kafka</c> of the environment when set,
/// else the embedded ones, started when first asked for and shared. Use it as an assembly fixture:
/// <c>[assembly: AssemblyFixture(typeof(Infrastructure))]</c> and a constructor parameter.
/// Tests that kill an engine start one of their own with <see cref="EmbeddedEngine"/>.
/// </summary>
public sealed class Infrastructure : IAsyncDisposable
{
    private readonly Lazy<Task<EmbeddedEngine>> clickHouse = new(() => EmbeddedEngine.StartClickHouseAsync());
    private readonly Lazy<Task<EmbeddedEngine>> kafka = new(() => EmbeddedEngine.StartKafkaAsync());

    /// <summary>ClickHouse's connection string without a database.</summary>
    public async Task<string> ClickHouseAsync() =>
        FromEnvironment("clickhouse") ?? (await clickHouse.Value).ConnectionString;

    /// <summary>Kafka's bootstrap servers.</summary>
    public async Task<string> KafkaAsync() =>
        FromEnvironment("kafka") ?? (await kafka.Value).ConnectionString;

    /// <summary>A new, empty database of ClickHouse; dropped when disposed. One per test class keeps counts apart.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(string name = "test") =>
        await TestDatabase.CreateAsync(await ClickHouseAsync(), Unique(name));

    /// <summary>A name nobody else uses, for topics, groups and databases: <c>orders_1f0c…</c>.</summary>
    public static string Unique(string name) => $"{name}_{Guid.NewGuid():N}"[..(name.Length + 13)];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(clickHouse);
        await StopAsync(kafka);
    }

    private static string? FromEnvironment(string name) =>
        Environment.GetEnvironmentVariable($"ConnectionStrings__{name}") is { Length: > 0 } value ? value : null;

    private static async Task StopAsync(Lazy<Task<EmbeddedEngine>> engine)
    {
        if (engine.IsValueCreated && engine.Value.IsCompletedSuccessfully)
            await (await engine.Value).DisposeAsync();
    }
}
