using Analytics.Api.Auth;
using Microsoft.Extensions.Options;

namespace Analytics.Api.SavedQueries;

/// <summary>Routes of <c>/queries</c>: whoever may read sees and runs them, analysts write them. They belong to the tenant, not to a person.</summary>
internal static class SavedQueriesEndpoints
{
    public static void AddSavedQueries(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<SavedQueriesOptions>().BindConfiguration(SavedQueriesOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SavedQueriesOptions>, SavedQueriesOptionsValidator>();
        services.AddSingleton<SavedQueryStore>();
    }

    public static RouteGroupBuilder MapSavedQueries(this RouteGroupBuilder api)
    {
        var read = api.MapGroup("/queries").RequireAuthorization(Policies.Viewer).WithTags("Saved queries");
        read.MapGet("", ListSavedQueries.HandleAsync).WithName("ListSavedQueries").WithSummary("Saved queries, by name");
        read.MapGet("/{id}", ShowSavedQuery.HandleAsync).WithName("ShowSavedQuery").WithSummary("A saved query, its newest version or another one");
        read.MapGet("/{id}/versions", ListVersions.HandleAsync).WithName("ListSavedQueryVersions").WithSummary("The history of a saved query");
        read.MapPost("/{id}/run", RunSavedQuery.HandleAsync).WithName("RunSavedQuery").WithSummary("Run a saved query");

        var write = api.MapGroup("/queries").RequireAuthorization(Policies.Analyst).WithTags("Saved queries");
        write.MapPost("", SaveQuery.CreateAsync).WithName("CreateSavedQuery").WithSummary("Save a query");
        write.MapPut("/{id}", SaveQuery.ChangeAsync).WithName("ChangeSavedQuery").WithSummary("Save a new version of a query");
        write.MapDelete("/{id}", DeleteSavedQuery.HandleAsync).WithName("DeleteSavedQuery").WithSummary("Delete a saved query and its history");
        return read;
    }
}
