using System.Diagnostics;
using Analytics.Api.Auth;
using Analytics.Api.Errors;
using Analytics.Contracts;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Ingest;

/// <summary>
/// <c>POST /events</c>: read the whole body, check all of it, only then send, and answer when the broker has acknowledged.
/// So a request that is refused as a whole has left nothing on the log.
/// </summary>
internal sealed class AcceptEvents(
    EventProducer producer, StoredEvents stored, InFlightBytes inFlight, IngestTelemetry telemetry, ObjectPool<EventReader> readers,
    IOptions<IngestOptions> options, TimeProvider clock)
{
    private readonly IngestOptions _options = options.Value;

    public static Task<IResult> HandleAsync(HttpContext context, AcceptEvents accept) => accept.HandleAsync(context);

    private async Task<IResult> HandleAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        IResult result;
        try
        {
            result = await AcceptAsync(context);
        }
        catch (IngestException refusal)
        {
            if (refusal.Refusal == IngestRefusal.Busy)
                SetRetryAfter(context);
            if (refusal.Refusal == IngestRefusal.UnsupportedType)
                context.Response.Headers["Accept-Post"] = BodyFormats.Accepted;
            if (refusal.Refusal == IngestRefusal.UnsupportedEncoding)
                context.Response.Headers.AcceptEncoding = ContentEncoding.Supported;
            result = Problems.Refused(refusal);
        }

        telemetry.Answered(started, (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status202Accepted);
        return result;
    }

    private async Task<IResult> AcceptAsync(HttpContext context)
    {
        var batch = new EventBatch(Tenant.Of(context), clock, _options);
        var wait = PreferWait.Of(context.Request, _options.MaxWait);
        var held = await ReadAsync(context, batch);
        try
        {
            if (batch.Records.Count == 0)
            {
                telemetry.Count(batch, accepted: 0);
                return Problems.NothingAcceptable(batch);
            }

            var delivery = await producer.ProduceAsync(batch, keepPositions: wait is not null);
            telemetry.Count(batch, batch.Records.Count - (delivery.Failed?.Count ?? 0));
            if (delivery.Failed is not null)
            {
                SetRetryAfter(context);
                return Problems.NotAcknowledged(batch, UnacknowledgedEvent.In(batch, delivery));
            }

            var fates = wait is { } limit ? await stored.WaitAsync(batch, delivery.Positions, limit, context.RequestAborted) : null;
            return new IngestAnswer(batch, fates, wait);
        }
        finally
        {
            inFlight.Give(held);
        }
    }

    /// <summary>Fills the batch. Returns the bytes booked for its records; the body itself is given back before anything is sent.</summary>
    private async Task<long> ReadAsync(HttpContext context, EventBatch batch)
    {
        var format = BodyFormats.Of(context.Request);
        using var buffer = new RequestBuffer(inFlight, _options.MaxDecompressedBytes);
        await RequestBody.ReadAsync(context.Request, buffer, _options, context.RequestAborted);

        long held = buffer.Written.Length;
        inFlight.Take(held);
        var reader = readers.Get();
        try
        {
            BodyParser.Parse(format, context.Request, buffer.Written, reader, batch);
            return held;
        }
        catch
        {
            inFlight.Give(held);
            throw;
        }
        finally
        {
            reader.Release();
            readers.Return(reader);
        }
    }

    private void SetRetryAfter(HttpContext context) =>
        context.Response.Headers.RetryAfter = ((int)_options.RetryAfter.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
