using Analytics.Api.Auth;
using Analytics.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.SavedQueries;

/// <summary><c>GET /queries/{id}/versions</c>: newest first, as many as <see cref="SavedQueriesOptions.MaxVersions"/> keeps.</summary>
internal static class ListVersions
{
    internal sealed record Answer(IReadOnlyList<SavedQueryVersion> Items);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> HandleAsync(
        string id, HttpContext context, SavedQueryStore store, CancellationToken cancellation) =>
        await store.HistoryAsync(Tenant.Of(context), id, cancellation) is { Count: > 0 } versions
            ? TypedResults.Ok(new Answer(versions))
            : Problems.NotFound("saved query");
}
