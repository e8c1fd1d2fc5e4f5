using Analytics.Api.Auth;
using Analytics.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.SavedQueries;

/// <summary><c>GET /queries/{id}</c>. The ETag is the version: <c>If-Match</c> of a later PUT or DELETE names what was seen.</summary>
internal static class ShowSavedQuery
{
    public static async Task<Results<Ok<SavedQuery>, ProblemHttpResult>> HandleAsync(
        string id, HttpContext context, SavedQueryStore store, CancellationToken cancellation, long? version = null)
    {
        if (version is < 1)
            return Problems.InvalidRequest("version is a number from 1.");
        if (await store.FindAsync(Tenant.Of(context), id, version, cancellation) is not { } query)
            return Problems.NotFound(version is null ? "saved query" : "version of a saved query");
        context.Response.Headers.ETag = Versions.Tag(query.Version);
        return TypedResults.Ok(query);
    }
}
