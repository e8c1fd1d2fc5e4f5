using System.Diagnostics;
using Analytics.Api.Caching;
using Analytics.Api.Errors;
using Analytics.Api.Query.Formats;
using Analytics.Api.Query.Language;
using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;

namespace Analytics.Api.Query;

/// <summary>
/// What happens to a question of any kind: read, plan, compute, write in the format that was asked for. <c>POST /api/v1/query/{kind}</c>.
/// </summary>
internal sealed class Questions(Askers askers, AnswerCache cache, TimeProvider clock)
{
    /// <summary>The handler of one kind's route.</summary>
    public static Func<HttpContext, Questions, CancellationToken, Task<Results<EmptyHttpResult, ProblemHttpResult>>> Handle(QueryKind kind) =>
        async (context, questions, cancellationToken) =>
            await questions.AnswerAsync(context, kind, await QueryBody.ReadAsync(context.Request, cancellationToken), cancellationToken);

    /// <summary>Answers the question that <paramref name="body"/> asks, or says what is wrong with it.</summary>
    public async Task<Results<EmptyHttpResult, ProblemHttpResult>> AnswerAsync(
        HttpContext context, QueryKind kind, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (AnswerFormats.Negotiate(context.Request) is not { } format)
            return Problems.NotAcceptable(AnswerFormats.MediaTypes);

        var errors = new QueryErrors();
        if (Read(kind, body, errors) is not { } question)
            return Problems.InvalidQuery(errors);

        return await AnswerAsync(
            context, format, now => $"{question.Canonical()}{question.Epoch(now)}", now => question.Range.Resolve(now, question.Zone),
            (now, _) => question.Plan(now, errors), errors, cancellationToken);
    }

    /// <summary>Answers out of the cache or by a plan, which may find <paramref name="errors"/>.</summary>
    public async Task<Results<EmptyHttpResult, ProblemHttpResult>> AnswerAsync(
        HttpContext context, AnswerFormat format, Func<Instant, string> canonical, Func<Instant, ResolvedRange> resolve,
        Func<Instant, ResolvedRange, QueryPlan?> plan, QueryErrors errors, CancellationToken cancellationToken)
    {
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        var started = Stopwatch.GetTimestamp();
        var asker = askers.Of(context);
        var range = resolve(now);
        var asked = new Asked(new(asker.Tenant, canonical(now)), range, asker, () => plan(now, range));
        var request = CacheRequest.Of(context.Request);
        string Tag(DataVersion version) => CacheRequest.Tag(asked.Key, asked.Range, version, format.MediaType);
        var (found, version, isCurrent) = await cache.FindAsync(asked, request, version => request.Has(Tag(version)), cancellationToken);
        if (errors.Any)
            return Problems.InvalidQuery(errors);

        CacheRequest.Describe(context.Response, version is { } known ? Tag(known) : null, found is { Word: "hit" } ? now - found.Answer.Computed : null);
        if (isCurrent)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return TypedResults.Empty;
        }

        using var rows = new Rows(found!.Answer.Rows, found.Answer.Count, found.Cost);
        var answer = new Answer(
            found.Answer.Columns, rows, found.Word, found.Answer.Source, Stopwatch.GetElapsedTime(started), now.ToUnixTimeMilliseconds());
        context.Response.ContentType = format.ContentType;
        await format.WriteAsync(context.Response.BodyWriter, answer, cancellationToken);
        return TypedResults.Empty;
    }

    /// <summary>Null when <paramref name="errors"/> got some.</summary>
    public static Question? Read(QueryKind kind, ReadOnlyMemory<byte> body, QueryErrors errors)
    {
        using var document = QueryNode.Parse(body, errors);
        return document is null ? null : kind.Read(new QueryNode(document.RootElement, "", errors));
    }
}
