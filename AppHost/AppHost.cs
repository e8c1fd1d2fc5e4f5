#pragma warning disable ASPIREPROBES001 // WithHttpProbe: readiness and liveness for the dashboard now and for published output later
using AppHost.Infra;

var builder = DistributedApplication.CreateBuilder(args);
var decision = InfraDecision.Make(builder.Configuration["Infra"], builder.ExecutionContext.IsPublishMode, RuntimeProbe.FindUsable);
Console.WriteLine(decision.Reason);

var adminPassword = builder.AddGeneratedSecret("admin-password");
var ingestKey = builder.AddGeneratedSecret("ingest-key");
var infra = decision.Mode == InfraMode.Containers ? builder.AddContainers() : builder.AddEmbeddedEngines();

var api = builder.AddProject<Projects.Analytics_Api>("api", launchProfileName: null)
    .WithHttpEndpoint(port: 5080, name: "http")
    .WithExternalHttpEndpoints()
    .WithReference(infra.ClickHouse)
    .WithReference(infra.Kafka)
    .WithReference(infra.Redis)
    .WithReference(infra.Control)
    .WithEnvironment("Bootstrap__AdminPassword", adminPassword)
    .WithEnvironment("Bootstrap__IngestKey", ingestKey)
    .WithHttpProbe(ProbeType.Readiness, "/health/ready", periodSeconds: 5, timeoutSeconds: 5, endpointName: "http")
    .WithHttpProbe(ProbeType.Liveness, "/health/live", periodSeconds: 10, endpointName: "http");

var worker = builder.AddProject<Projects.Ingestion_Worker>("worker", launchProfileName: null)
    .WithHttpEndpoint(name: "http")
    .WithReplicas(infra.WorkerReplicas)
    .WithReference(infra.ClickHouse)
    .WithReference(infra.Kafka)
    .WithHttpProbe(ProbeType.Readiness, "/health/ready", periodSeconds: 5, timeoutSeconds: 5, endpointName: "http")
    .WithHttpProbe(ProbeType.Liveness, "/health/live", periodSeconds: 10, endpointName: "http");

if (builder.ExecutionContext.IsPublishMode)
{
    // Replicas of a published API must agree on one key, so it is given: Parameters__signing-key, the PEM of an EC P-256 private key.
    api.WithEnvironment("Auth__SigningKey", builder.AddParameter("signing-key", secret: true));
}
else
{
    api.WithEnvironment("Auth__SigningKeyFile", builder.DataFile("keys", "signing.pem")).WithEnvironment("Auth__CreateSigningKey", "true");
}

foreach (var dependency in infra.Api)
    api.WaitFor(dependency);
foreach (var dependency in infra.Worker)
    worker.WaitFor(dependency);

builder.Build().Run();
