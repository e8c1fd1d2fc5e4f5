using Analytics.Api.Auth;
using Analytics.Api.Engines;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Query;

/// <summary>Routes that answer questions about events.</summary>
internal static class QueryEndpoints
{
    /// <summary>Call it before the general error handling: the first handler that knows an exception answers.</summary>
    public static void AddQueries(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IExceptionHandler, QueryFailureHandler>();
        services.AddOptions<QueryOptions>().BindConfiguration(QueryOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<QueryOptions>, QueryOptionsValidator>();
        services.AddSingleton(provider => ClickHouseEndpoint.Parse(
            ConnectionStrings.Required(provider.GetRequiredService<IConfiguration>(), ConnectionStrings.ClickHouse)));
        services.AddSingleton<QueryTelemetry>();
        services.AddSingleton<QueryGate>();
        services.AddSingleton<QueryRunner>();
        services.AddSingleton<Askers>();
        services.AddSingleton<Questions>();
        services.AddSingleton<EventList>();
    }

    public static RouteGroupBuilder MapQueries(this RouteGroupBuilder api)
    {
        var queries = api.MapGroup("").RequireAuthorization(Policies.Viewer).WithTags("Queries");
        queries.MapKind(QueryKinds.Timeseries).WithName("QueryTimeseries").WithSummary("Measures by bucket of time");
        queries.MapKind(QueryKinds.Breakdown).WithName("QueryBreakdown").WithSummary("Measures of the top groups, and of all the others together");
        queries.MapKind(QueryKinds.Values).WithName("QueryValues").WithSummary("The distinct values of a field, to pick from");
        queries.MapKind(QueryKinds.Sessions).WithName("QuerySessions").WithSummary("How many sessions, how long, how lively");
        queries.MapKind(QueryKinds.Funnel).WithName("QueryFunnel").WithSummary("How many subjects went through steps one after another");
        queries.MapKind(QueryKinds.Retention).WithName("QueryRetention").WithSummary("How many of those who started came back in later periods");
        queries.MapKind(QueryKinds.Paths).WithName("QueryPaths").WithSummary("Which ways events follow each other, from or to an event");
        queries.MapGet("/schema", ShowSchema.Handle).WithName("ShowSchema").WithSummary("Which events there are, and what they hold");
        queries.MapGet("/events", EventList.Handle).WithName("ListEvents").WithSummary("Events as they were posted, newest first");
        return queries;
    }

    private static RouteHandlerBuilder MapKind(this RouteGroupBuilder queries, QueryKind kind) =>
        queries.MapPost($"/query/{kind.Name}", Questions.Handle(kind));
}
