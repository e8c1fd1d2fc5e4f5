using System.Buffers.Text;
using System.Text;
using Analytics.Api.Auth;
using Analytics.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.SavedQueries;

/// <summary><c>GET /queries</c>: by name, page by page. A cursor is the last name seen, so that pages neither repeat nor skip a query.</summary>
internal static class ListSavedQueries
{
    public const int DefaultLimit = 100, MaxLimit = 1_000;

    internal sealed record Answer(IReadOnlyList<SavedQueryEntry> Items, string? Cursor);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> HandleAsync(
        HttpContext context, SavedQueryStore store, CancellationToken cancellation, int limit = DefaultLimit, string? cursor = null)
    {
        if (limit is < 1 or > MaxLimit)
            return Problems.InvalidRequest($"limit must lie between 1 and {MaxLimit}.");
        if (cursor is not null && (cursor.Length > 1_000 || !Base64Url.IsValid(cursor)))
            return Problems.InvalidRequest("cursor is not one that an earlier answer gave.");

        var after = cursor is null ? "" : Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        var entries = await store.ListAsync(Tenant.Of(context), after, limit + 1, cancellation);
        var page = entries.Take(limit).ToList();
        return TypedResults.Ok(new Answer(page, entries.Count > limit ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes(page[^1].Name)) : null));
    }
}
