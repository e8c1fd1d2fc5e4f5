namespace AppHost.Infra;

/// <summary>The four connections every service knows by name, wherever they lead to, and what has to be up before who.</summary>
internal sealed record Infrastructure(
    IResourceBuilder<IResourceWithConnectionString> ClickHouse,
    IResourceBuilder<IResourceWithConnectionString> Kafka,
    IResourceBuilder<IResourceWithConnectionString> Redis,
    IResourceBuilder<IResourceWithConnectionString> Control,
    IReadOnlyList<IResourceBuilder<IResource>> Api,
    IReadOnlyList<IResourceBuilder<IResource>> Worker,
    int WorkerReplicas);
