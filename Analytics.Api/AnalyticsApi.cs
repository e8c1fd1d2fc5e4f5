using Analytics.Api.Admin;
using Analytics.Api.Auth;
using Analytics.Api.Caching;
using Analytics.Api.Control;
using Analytics.Api.Engines;
using Analytics.Api.Errors;
using Analytics.Api.Export;
using Analytics.Api.Health;
using Analytics.Api.Ingest;
using Analytics.Api.Live;
using Analytics.Api.OpenApi;
using Analytics.Api.Query;
using Analytics.Api.Query.Sql;
using Analytics.Api.SavedQueries;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServiceDefaults;

namespace Analytics.Api;

/// <summary>Table of contents of the API: what it is made of and in which order a request passes through it.</summary>
public static class AnalyticsApi
{
    /// <summary>Registers everything the API needs. Reads the connection strings clickhouse, kafka, redis and control.</summary>
    public static WebApplicationBuilder AddAnalyticsApi(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddServiceDefaults();
        builder.WebHost.ConfigureKestrel(server => server.AddServerHeader = false);
        builder.Services.TryAddSingleton(TimeProvider.System);

        builder.AddControlStore();
        builder.AddEngines();
        builder.AddQueries(); // before the general errors: a query that failed is explained by its own handler
        builder.AddAnswerCache();
        builder.AddSql();
        builder.AddErrors();
        builder.AddAuth();
        builder.AddAdmin();
        builder.AddIngest();
        builder.AddSavedQueries();
        builder.AddLive();
        builder.AddExports();
        builder.AddOpenApiDocument();
        builder.AddApiHealth();
        return builder;
    }

    /// <summary>The middleware, in order.</summary>
    public static WebApplication UseAnalyticsApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseSecurityHeaders();
        app.UseErrors();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        return app;
    }

    /// <summary>The routes.</summary>
    public static WebApplication MapAnalyticsApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapServiceDefaults();
        app.MapOpenApiDocument();

        var api = app.MapGroup("/api/v1");
        api.MapAuth();
        api.MapAdmin();
        api.MapIngest();
        api.MapQueries();
        api.MapSavedQueries();
        api.MapLive();
        api.MapExports();
        api.MapSql();
        return app;
    }
}
