using Analytics.Api.Auth;

namespace Analytics.Api.Query.Sql;

/// <summary>The route for SQL of analysts.</summary>
internal static class SqlEndpoints
{
    public static void AddSql(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SqlEngine>();
        builder.Services.AddSingleton<SqlQuery>();
    }

    public static void MapSql(this RouteGroupBuilder api) =>
        api.MapPost("/sql", SqlQuery.HandleAsync).RequireAuthorization(Policies.Analyst).WithTags("Queries").WithName("runSql")
            .WithSummary("One read-only SELECT over the tenant's own events and sessions");
}
