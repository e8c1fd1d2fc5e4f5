using Ingestion.Worker;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddIngestionWorker();

var app = builder.Build();
app.MapServiceDefaults();
await app.RunAsync();
