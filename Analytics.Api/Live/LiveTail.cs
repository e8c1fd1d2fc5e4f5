using Analytics.Api.Auth;
using Analytics.Api.Errors;
using Analytics.Api.Query.Language;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Live;

/// <summary>
/// <c>GET /api/v1/events/live</c>: accepted events as Server-Sent Events, from the log. A reader has seen the first bytes once it is certain
/// that he gets every event accepted from then on.
/// </summary>
internal sealed class LiveTail(
    LiveFeed feed, LiveLog log, IOptions<LiveOptions> options, LiveTelemetry telemetry, TimeProvider clock, IHostApplicationLifetime host) : IDisposable
{
    private const string LastEventId = "Last-Event-ID";

    private readonly SemaphoreSlim _replays = new(options.Value.MaxReplays);

    public static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Handle(
        HttpContext context, LiveTail tail, CancellationToken cancellationToken)
    {
        var errors = new QueryErrors();
        var tenant = Tenant.Of(context);
        var filters = EventListQuery.ReadFilters(context.Request.Query, [], errors);
        var after = ReadLast(context.Request, tenant, errors);
        if (errors.Any)
            return Problems.InvalidQuery(errors);

        using var reader = new LiveReader(tenant, filters, tail.Options);
        try
        {
            using var seat = await tail.JoinAsync(reader, cancellationToken);
            if (seat is null)
                return Problems.TooManyReaders(context.Response);
            await tail.SendAsync(context, reader, seat, after, cancellationToken);
        }
        catch (TimeoutException) when (!context.Response.HasStarted)
        {
            return Problems.Unavailable("The event log does not answer.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // He left, or took nothing for too long: there is nobody to tell.
        }

        return TypedResults.Empty;
    }

    public void Dispose() => _replays.Dispose();

    private Task<LiveSeat?> JoinAsync(LiveReader reader, CancellationToken cancellationToken) => feed.JoinAsync(reader, cancellationToken);

    private LiveOptions Options => options.Value;

    private static LivePosition? ReadLast(HttpRequest request, string tenant, QueryErrors errors)
    {
        if (!request.Headers.TryGetValue(LastEventId, out var id) || string.IsNullOrEmpty(id))
            return null;
        if (LivePosition.TryRead(id.ToString(), tenant, out var position))
            return position;

        var refused = new QueryErrors(LastEventId);
        refused.Add("", QueryErrorCodes.InvalidValue, "Not the id of an event of this route. Leave the header out to begin with what comes next.");
        errors.Take(refused);
        return null;
    }

    private async Task SendAsync(HttpContext context, LiveReader reader, LiveSeat seat, LivePosition? after, CancellationToken cancellationToken)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null; // our own limit is Live:WriteTimeout
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var stream = new LiveStream(context, Options, telemetry);
        await stream.SendAsync([LiveFrames.Greeting(Options.Retry)], cancellationToken);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.ApplicationStopping);
        using var lifetime = new CancellationTokenSource(Options.Lifetime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, lifetime.Token);
        try
        {
            if (after is { } last)
                await ReplayAsync(stream, reader, last, seat.Start, either.Token);
            await FollowAsync(stream, reader, either.Token);
            await stream.SendAsync([LiveFrames.Bye(Farewells.Restart)], cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && either.IsCancellationRequested)
        {
            await stream.SendAsync([LiveFrames.Bye(ending.IsCancellationRequested ? Farewells.Shutdown : Farewells.Lifetime)], cancellationToken);
        }
    }

    private async Task ReplayAsync(LiveStream stream, LiveReader reader, LivePosition after, LivePosition until, CancellationToken cancellationToken)
    {
        await _replays.WaitAsync(cancellationToken);
        try
        {
            using var replay = await Task.Run(() => new LiveReplay(log, reader, after, until, Options.MaxReplay), cancellationToken);
            if (replay.IsIncomplete)
                await stream.SendAsync([LiveFrames.Expired()], cancellationToken);
            while (!replay.IsDone)
                await stream.SendEventsAsync(await Task.Run(replay.Next, cancellationToken), cancellationToken);
        }
        finally
        {
            _replays.Release();
        }
    }

    private async Task FollowAsync(LiveStream stream, LiveReader reader, CancellationToken cancellationToken)
    {
        for (var ended = false; !ended;)
        {
            if (!await reader.WaitAsync(Options.Heartbeat, cancellationToken))
            {
                await stream.HeartbeatAsync(cancellationToken);
                continue;
            }

            (var frames, var dropped, ended) = reader.Take();
            if (dropped > 0)
                await stream.SendDroppedAsync(dropped, cancellationToken);
            await stream.SendEventsAsync(frames, cancellationToken);
        }
    }
}
