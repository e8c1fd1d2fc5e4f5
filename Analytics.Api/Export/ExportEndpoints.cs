using Analytics.Api.Auth;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Export;

/// <summary>Routes of exports, and what they need.</summary>
internal static class ExportEndpoints
{
    public static void AddExports(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ExportOptions>().BindConfiguration(ExportOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ExportOptions>, ExportOptionsValidator>();
        services.AddSingleton<ExportTelemetry>();
        services.AddSingleton<ExportReceipts>();
        services.AddSingleton<Exports>();
    }

    public static RouteGroupBuilder MapExports(this RouteGroupBuilder api)
    {
        var exports = api.MapGroup("/exports").RequireAuthorization(Policies.Analyst).WithTags("Exports");
        exports.MapPost("", Exports.Handle).WithName("Export").WithSummary("Events or an answer as a file: CSV, NDJSON, Parquet, Arrow");
        exports.MapGet("/{id}", Exports.Show).WithName("ShowExport").WithSummary("What became of an export: rows, bytes, checksum, cursor");
        return exports;
    }
}
