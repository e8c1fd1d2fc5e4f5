using System.Diagnostics;
using Analytics.Api.Auth;
using Analytics.Api.Errors;
using Analytics.Api.Query.Language;
using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;

namespace Analytics.Api.Query;

/// <summary><c>POST /api/v1/query/timeseries</c>: measures by bucket of time, for the top groups if asked to group.</summary>
internal sealed class Timeseries(QueryRunner runner, TimeProvider clock)
{
    public static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Handle(
        HttpContext context, Timeseries timeseries, CancellationToken cancellationToken)
    {
        var errors = new QueryErrors();
        var body = await QueryBody.ReadAsync(context.Request, cancellationToken);
        var query = TimeseriesQuery.Read(body, errors);
        var now = Instant.FromDateTimeOffset(timeseries.Now);
        var plan = query is null ? null : Planner.Plan(query, now, errors);
        if (plan is null)
            return Problems.InvalidQuery(errors);

        await timeseries.AnswerAsync(context.Response, plan, Tenant.Of(context), now, cancellationToken);
        return TypedResults.Empty;
    }

    private DateTimeOffset Now => clock.GetUtcNow();

    private async Task AnswerAsync(HttpResponse response, TimeseriesPlan plan, string tenant, Instant now, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var (groups, top, cost) = await TopGroupsAsync(plan, tenant, cancellationToken);
        using var result = groups.Count == 0
            ? null
            : await runner.RunAsync(tenant, TimeseriesSql.Values(plan, tenant, top), QueryRunner.JsonRows, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started);

        response.ContentType = Answer.ContentType;
        Answer.Start(response.BodyWriter, TimeseriesAnswer.Columns(plan.Query));
        if (result is not null)
            TimeseriesAnswer.WriteRows(response.BodyWriter, plan, groups, result.Bytes);
        Answer.End(response.BodyWriter, cost + (result?.Cost ?? default), elapsed, "miss", plan.Source.Word, now.ToUnixTimeMilliseconds());
        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    /// <summary>The groups as JSON for the answer and as texts for the next statement; one nameless group when there is no grouping.</summary>
    private async Task<(List<byte[]> Json, List<IReadOnlyList<string?>> Texts, QueryCost Cost)> TopGroupsAsync(
        TimeseriesPlan plan, string tenant, CancellationToken cancellationToken)
    {
        if (plan.Query.GroupBy.Count == 0)
            return ([[]], [], default);

        using var result = await runner.RunAsync(tenant, TimeseriesSql.TopGroups(plan, tenant), QueryRunner.JsonRows, cancellationToken);
        var (json, texts) = Read(result.Bytes, plan.Query.GroupBy.Count);
        return (json, texts, result.Cost);
    }

    private static (List<byte[]> Json, List<IReadOnlyList<string?>> Texts) Read(ReadOnlySpan<byte> rest, int width)
    {
        List<byte[]> json = [];
        List<IReadOnlyList<string?>> texts = [];
        while (JsonRow.TryTake(ref rest, out var row))
        {
            json.Add(row.ToArray());
            var group = new string?[width];
            for (var i = 0; i < width; i++)
                group[i] = JsonRow.Text(JsonRow.Take(ref row));
            texts.Add(group);
        }

        return (json, texts);
    }
}
