using Scalar.AspNetCore;

namespace Analytics.Api.OpenApi;

/// <summary>The machine-readable description of the API at <c>/openapi/v1.json</c> and a page to read it at <c>/docs</c>.</summary>
internal static class OpenApiDocument
{
    public static void AddOpenApiDocument(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<RouteSecurity>().AddSingleton<ApiDescription>();

    public static void MapOpenApiDocument(this WebApplication app)
    {
        app.MapGet("/openapi/v1.json", WriteAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapScalarApiReference("/docs", Configure).AllowAnonymous();
    }

    private static async Task WriteAsync(HttpContext context, ApiDescription description, CancellationToken cancellation)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.Body.WriteAsync(await description.Document, cancellation);
    }

    // Script and styles are served by the package itself; nothing is loaded from elsewhere, and requests go straight to this API.
    private static void Configure(ScalarOptions options) => options
        .WithTitle("Auterity Analytics")
        .DisableDefaultFonts()
        .DisableTelemetry()
        .DisableAgent()
        .AddPreferredSecuritySchemes("bearer", "apiKey");
}
