using System.Buffers;

namespace Analytics.Api.Live;

/// <summary>The open connection to one reader. Writing waits for him, for a while; meanwhile the feed drops what he cannot hold.</summary>
internal sealed class LiveStream(HttpContext context, LiveOptions options, LiveTelemetry telemetry)
{
    private const int FlushBytes = 64 * 1024;

    public async Task SendEventsAsync(IReadOnlyList<byte[]> frames, CancellationToken cancellationToken)
    {
        if (frames.Count == 0)
            return;
        await SendAsync(frames, cancellationToken);
        telemetry.Delivered.Add(frames.Count);
    }

    public async Task SendDroppedAsync(long events, CancellationToken cancellationToken)
    {
        telemetry.Dropped.Add(events);
        await SendAsync([LiveFrames.Dropped(events)], cancellationToken);
    }

    public async Task HeartbeatAsync(CancellationToken cancellationToken)
    {
        context.Response.BodyWriter.Write(LiveFrames.Heartbeat);
        await FlushAsync(cancellationToken);
    }

    /// <summary>Whole frames only: what was begun is written even when the tail ends meanwhile, so that a farewell never stands inside an event.</summary>
    public async Task SendAsync(IReadOnlyList<byte[]> frames, CancellationToken cancellationToken)
    {
        var unflushed = 0;
        foreach (var frame in frames)
        {
            context.Response.BodyWriter.Write(frame);
            unflushed += frame.Length;
            if (unflushed < FlushBytes)
                continue;
            await FlushAsync(cancellationToken);
            unflushed = 0;
        }

        await FlushAsync(cancellationToken);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.WriteTimeout);
        try
        {
            await context.Response.BodyWriter.FlushAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            context.Abort();
            throw;
        }
    }
}
