using Analytics.Api.Auth;
using Analytics.Api.Errors;
using Analytics.Api.Query;
using Analytics.Api.Query.Language;
using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;

namespace Analytics.Api.SavedQueries;

/// <summary><c>POST /queries</c> and <c>PUT /queries/{id}</c>: a query that could not be run cannot be saved.</summary>
internal static class SaveQuery
{
    public static async Task<Results<Created<SavedQuery>, ProblemHttpResult>> CreateAsync(
        HttpContext context, SavedQueryStore store, TimeProvider time, CancellationToken cancellation)
    {
        var errors = new QueryErrors();
        if (await ReadAsync(context, time, errors, cancellation) is not { } definition)
            return Problems.InvalidQuery(errors);

        var (outcome, id) = await store.AddAsync(Tenant.Of(context), Caller(context), definition, cancellation);
        if (outcome != SaveOutcome.Saved)
            return Refusal(outcome);
        var saved = (await store.FindAsync(Tenant.Of(context), id, 1, cancellation))!;
        context.Response.Headers.ETag = Versions.Tag(saved.Version);
        return TypedResults.Created($"/api/v1/queries/{id}", saved);
    }

    public static async Task<Results<Ok<SavedQuery>, ProblemHttpResult>> ChangeAsync(
        string id, HttpContext context, SavedQueryStore store, TimeProvider time, CancellationToken cancellation)
    {
        var errors = new QueryErrors();
        if (await ReadAsync(context, time, errors, cancellation) is not { } definition)
            return Problems.InvalidQuery(errors);

        var (tenant, expected) = (Tenant.Of(context), Versions.Expected(context.Request));
        var outcome = await store.ChangeAsync(tenant, id, Caller(context), definition, expected, cancellation);
        var saved = await store.FindAsync(tenant, id, null, cancellation);
        if (saved is null)
            return Problems.NotFound("saved query");
        if (outcome != SaveOutcome.Saved)
            return Refusal(outcome);
        context.Response.Headers.ETag = Versions.Tag(saved.Version);
        return TypedResults.Ok(saved);
    }

    private static async Task<Definition?> ReadAsync(HttpContext context, TimeProvider time, QueryErrors errors, CancellationToken cancellation) =>
        Definition.Read(await QueryBody.ReadAsync(context.Request, cancellation), Instant.FromDateTimeOffset(time.GetUtcNow()), errors);

    private static string Caller(HttpContext context) => context.User.FindFirst(ClaimNames.Name)!.Value;

    private static ProblemHttpResult Refusal(SaveOutcome outcome) => outcome switch
    {
        SaveOutcome.NameTaken => Problems.Conflict("A saved query has that name already."),
        SaveOutcome.OtherVersion => Problems.OtherVersion(),
        SaveOutcome.QuotaReached => Problems.SavedQueriesFull(),
        _ => throw new InvalidOperationException(outcome.ToString()),
    };
}
