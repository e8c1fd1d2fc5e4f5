using System.Buffers;
using System.Text;
using Analytics.Api.Auth;
using Analytics.Api.Errors;
using Analytics.Api.Query.Language;
using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;

namespace Analytics.Api.Query;

/// <summary><c>GET /api/v1/events</c>: events as CloudEvents, newest first, page by page.</summary>
internal sealed class EventList(QueryRunner runner, TimeProvider clock)
{
    /// <summary>A page ends early when its events are large: a thousand of 64 KiB would be no page. Any single event fits.</summary>
    private const int MostPageBytes = 8 * 1024 * 1024;

    public static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Handle(
        HttpContext context, EventList list, CancellationToken cancellationToken)
    {
        var errors = new QueryErrors();
        var tenant = Tenant.Of(context);
        if (EventListQuery.Read(context.Request.Query, errors) is not { } query)
            return Problems.InvalidQuery(errors);

        var question = query.Canonical(tenant);
        var cursor = default(EventCursor?);
        if (query.Cursor is { } text)
        {
            if (!EventCursor.TryRead(text, question, out var read))
            {
                var refused = new QueryErrors("cursor");
                refused.Add("", QueryErrorCodes.InvalidValue, "Not a cursor of this question: use \"next\" of the page before, with the same filters and range.");
                return Problems.InvalidQuery(refused);
            }

            cursor = read;
        }

        await list.AnswerAsync(context.Response, query, cursor, tenant, question, cancellationToken);
        return TypedResults.Empty;
    }

    private async Task AnswerAsync(
        HttpResponse response, EventListQuery query, EventCursor? cursor, string tenant, string question, CancellationToken cancellationToken)
    {
        var range = cursor is { } known ? known.Range : query.Range?.Resolve(Instant.FromDateTimeOffset(clock.GetUtcNow()), DateTimeZone.Utc);
        var statement = EventListSql.Page(query, range, cursor?.Position, tenant);
        using var result = await runner.RunAsync(tenant, statement, QueryRunner.Binary, cancellationToken, enough: MostPageBytes);
        response.ContentType = "application/json";
        Write(response.BodyWriter, result.Bytes, query.Limit, range, question);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    // The statement asks for one event more than the page holds: whether anything is left, even a piece of an event, decides about "next".
    private static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> rest, int limit, ResolvedRange? range, string question)
    {
        output.Write("{\"events\":["u8);
        var written = 0;
        var last = default(EventPosition);
        while (written < limit && EventRow.TryTake(ref rest, out var row))
        {
            if (written++ > 0)
                output.Write(","u8);
            EventText.Write(output, row.Event, row.ReceivedUnixMs);
            last = row.Position;
        }

        output.Write("],\"next\":"u8);
        if (rest.IsEmpty)
        {
            output.Write("null}"u8);
            return;
        }

        output.Write("\""u8);
        output.Write(Encoding.ASCII.GetBytes(new EventCursor(last, range).Write(question)));
        output.Write("\"}"u8);
    }
}
