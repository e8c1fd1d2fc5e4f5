using System.Globalization;
using System.IO.Pipelines;
using Analytics.Api.Auth;
using Analytics.Api.Errors;
using Analytics.Api.Query;
using Analytics.Api.Query.Formats;
using Analytics.Api.Query.Language;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using NodaTime;

namespace Analytics.Api.Export;

/// <summary>
/// <c>POST /api/v1/exports</c>: any number of events, or the answer of a question, as a file. It is sent as the engine finds it. What cannot be
/// sent to its end breaks the connection, so that a short file never looks complete.
/// </summary>
internal sealed partial class Exports(
    QueryRunner runner, Askers askers, ExportReceipts receipts, ExportTelemetry telemetry, IOptions<ExportOptions> options, TimeProvider clock, ILogger<Exports> log)
{
    private readonly Seats _seats = new(options.Value.MaxConcurrent, options.Value.MaxPerTenant);

    public static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Handle(HttpContext context, Exports exports, CancellationToken cancellationToken)
    {
        var errors = new QueryErrors();
        var body = await QueryBody.ReadAsync(context.Request, cancellationToken);
        if (ExportRequest.Read(body, errors) is not { } request)
            return Problems.InvalidQuery(errors);

        var tenant = Tenant.Of(context);
        if (!exports._seats.TryTake(tenant))
            return Problems.TooManyExports(context.Response);
        try
        {
            return request.Events is { } events
                ? await exports.SendEventsAsync(context, request.Format, events, tenant, cancellationToken)
                : await exports.SendAnswerAsync(context, request.Format, request.Question!, tenant, cancellationToken);
        }
        finally
        {
            exports._seats.Give(tenant);
        }
    }

    public static Results<Ok<ExportReceipt>, ProblemHttpResult> Show(HttpContext context, string id, ExportReceipts receipts) =>
        receipts.Find(Tenant.Of(context), id) is { } receipt ? TypedResults.Ok(receipt) : Problems.NotFound("export");

    private Instant Now => Instant.FromDateTimeOffset(clock.GetUtcNow());

    private async Task<Results<EmptyHttpResult, ProblemHttpResult>> SendEventsAsync(
        HttpContext context, AnswerFormat format, EventExportQuery query, string tenant, CancellationToken cancellationToken)
    {
        var question = query.Canonical(tenant);
        var cursor = query.Cursor is { } text ? ExportCursor.Read(text, question) : new ExportCursor(null, query.Range?.Resolve(Now, DateTimeZone.Utc));
        if (cursor is null)
        {
            var refused = new QueryErrors();
            refused.Add("/events/cursor", QueryErrorCodes.InvalidValue, "Not a cursor of this export: use it with the same range and filters.");
            return Problems.InvalidQuery(refused);
        }

        cursor = cursor with { After = query.After ?? cursor.After };
        var statement = EventExportSql.All(query, cursor.Range, cursor.After, tenant);
        await using var stream = await runner.OpenAsync(tenant, statement, QueryRunner.Binary, options.Value.Budget, cancellationToken);
        using var export = new EventExport(stream);
        await export.StartAsync();

        context.Response.Headers["Export-Cursor"] = cursor.Write(question);
        await SendAsync(context, format, "events", tenant, async body =>
        {
            await using var writer = EventRowsWriter.Of(format, body);
            await export.CopyAsync(writer, cancellationToken);
            return (export.Rows, export.Rows == query.Limit ? (cursor with { After = export.Last }).Write(question) : null);
        });
        return TypedResults.Empty;
    }

    private async Task<Results<EmptyHttpResult, ProblemHttpResult>> SendAnswerAsync(
        HttpContext context, AnswerFormat format, Question question, string tenant, CancellationToken cancellationToken)
    {
        var errors = new QueryErrors();
        if (question.Plan(Now, errors) is not { } plan)
            return Problems.InvalidQuery(errors);

        using var rows = await plan.RunAsync(askers.Of(context), cancellationToken);
        var answer = new Answer(plan.Columns, rows, "miss", plan.Source.Word, TimeSpan.Zero, Now.ToUnixTimeMilliseconds());
        await SendAsync(context, format, question.Kind, tenant, async body =>
        {
            var output = PipeWriter.Create(body, new StreamPipeWriterOptions(leaveOpen: true));
            await format.WriteAsync(output, answer, cancellationToken);
            await output.CompleteAsync();
            return (rows.Count, null);
        });
        return TypedResults.Empty;
    }

    private async Task SendAsync(HttpContext context, AnswerFormat format, string what, string tenant, Func<ExportBody, Task<(long Rows, string? Next)>> write)
    {
        var receipt = receipts.Begin(tenant, format.Word);
        var compress = Begin(context, format, what, receipt);
        await using var body = new ExportBody(context.Response.Body, compress);
        telemetry.Running.Add(1);
        try
        {
            var (rows, next) = await write(body);
            await body.EndAsync();
            receipt = receipt with { Status = ExportReceipt.Complete, Rows = rows, Bytes = body.Bytes, Sha256 = body.Sha256(), Next = next };
            AddTrailers(context.Response, receipt);
            telemetry.Rows.Add(rows);
        }
        catch (Exception fault)
        {
            receipt = receipt with { Status = ExportReceipt.Aborted, Bytes = body.Bytes };
            if (!context.RequestAborted.IsCancellationRequested)
                Broken(receipt.Id, fault);
            context.Abort();
        }
        finally
        {
            receipts.End(tenant, receipt);
            telemetry.Running.Add(-1);
            telemetry.Bytes.Add(body.Bytes);
            telemetry.Finished.Add(1, new KeyValuePair<string, object?>("status", receipt.Status));
        }
    }

    /// <summary>The headers. Returns whether the body is compressed: columnar formats are by themselves.</summary>
    private static bool Begin(HttpContext context, AnswerFormat format, string what, ExportReceipt receipt)
    {
        var response = context.Response;
        var compress = format is not TableFormat && WantsGzip(context.Request);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        response.ContentType = format.ContentType;
        response.Headers["Export-Id"] = receipt.Id;
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.ContentDisposition = string.Create(
            CultureInfo.InvariantCulture, $"attachment; filename=\"{what}-{receipt.Started:yyyyMMdd'T'HHmmss'Z'}.{format.Word}\"");
        if (compress)
            response.Headers.ContentEncoding = "gzip";
        if (response.SupportsTrailers())
            response.DeclareTrailer("Export-Rows, Export-Sha256, Export-Next");
        return compress;
    }

    private static void AddTrailers(HttpResponse response, ExportReceipt receipt)
    {
        if (!response.SupportsTrailers())
            return;
        response.AppendTrailer("Export-Rows", receipt.Rows!.Value.ToString(CultureInfo.InvariantCulture));
        response.AppendTrailer("Export-Sha256", receipt.Sha256!);
        if (receipt.Next is { } next)
            response.AppendTrailer("Export-Next", next);
    }

    private static bool WantsGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var codings)
        && codings.Any(coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && coding.Quality is not 0);

    [LoggerMessage(LogLevel.Warning, "Export {Id} broke off")]
    private partial void Broken(string id, Exception exception);
}
