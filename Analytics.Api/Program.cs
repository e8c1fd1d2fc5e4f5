using Analytics.Api;

var builder = WebApplication.CreateBuilder(args);
builder.AddAnalyticsApi();

var app = builder.Build();
app.UseAnalyticsApi();
app.MapAnalyticsApi();

await app.RunAsync();
