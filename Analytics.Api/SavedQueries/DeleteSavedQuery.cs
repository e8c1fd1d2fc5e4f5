using Analytics.Api.Auth;
using Analytics.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.SavedQueries;

/// <summary><c>DELETE /queries/{id}</c>, with its history; <c>If-Match</c> is honoured.</summary>
internal static class DeleteSavedQuery
{
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        string id, HttpContext context, SavedQueryStore store, CancellationToken cancellation)
    {
        var tenant = Tenant.Of(context);
        if (await store.DeleteAsync(tenant, id, Versions.Expected(context.Request), cancellation))
            return TypedResults.NoContent();
        return await store.FindAsync(tenant, id, null, cancellation) is null ? Problems.NotFound("saved query") : Problems.OtherVersion();
    }
}
