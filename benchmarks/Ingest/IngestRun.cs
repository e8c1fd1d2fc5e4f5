using Benchmarks.Events;
using Benchmarks.Measure;

namespace Benchmarks.Ingest;

/// <summary>One run: the ledger before, the load with all meters, the ledger once nothing is in flight any more.</summary>
internal sealed class IngestRun(IngestOptions options, IBatchSource source, TimeProvider clock)
{
    private static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(5);

    private readonly Tally _tally = new();
    private readonly Latencies _answers = new();
    private readonly Latencies _fromDue = new();
    private readonly Pace? _pace = options.Rate is { } rate ? new Pace(rate, options.Bursts) : null;

    public async Task<IngestReport> RunAsync(CancellationTokenSource stop)
    {
        using var http = Client();
        var poster = new EventPoster(http, options.Key, _tally, clock);
        var admin = options.AdminPassword is { } password ? new AdminClient(http, options.AdminUser, password) : null;
        var from = clock.GetUtcNow();
        from -= TimeSpan.FromTicks(from.Ticks % TimeSpan.TicksPerMinute);
        if (admin is not null)
            await admin.LoginAsync(stop.Token);
        var before = admin is null ? null : await SettledAsync(admin, from);

        var processes = new ProcessMeter(options.Root, options.Pids);
        using var measured = new CancellationTokenSource();
        var metering = processes.RunAsync(measured.Token);
        var freshness = admin is null ? null : new Freshness(poster, admin, _tally, options.Freshness, clock);

        var started = clock.GetTimestamp();
        var load = await LoadAsync(poster, freshness, started, stop);
        var after = admin is null ? null : await SettledAsync(admin, from);
        var drained = clock.GetElapsedTime(started);
        await measured.CancelAsync();
        await metering;

        var ledger = before is null ? null : after?.Since(before);
        return new IngestReport(_tally, _answers, _fromDue, freshness?.Times, processes, ledger, load, drained);
    }

    /// <summary>Sends until the time is up, the file ends or somebody stops it; returns how long that took.</summary>
    private async Task<TimeSpan> LoadAsync(EventPoster poster, Freshness? freshness, long started, CancellationTokenSource stop)
    {
        if ((options.Duration ?? (options.Events is null ? DefaultDuration : null)) is { } duration)
            stop.CancelAfter(duration);
        using var giveUp = new CancellationTokenSource();
        await using var grace = stop.Token.Register(() => giveUp.CancelAfter(Grace));
        using var markersEnd = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);

        var markers = freshness?.RunAsync(markersEnd.Token) ?? Task.CompletedTask;
        await Task.WhenAll(Enumerable.Range(0, options.Connections).Select(_ => SendAsync(poster, started, stop.Token, giveUp.Token)));
        var load = clock.GetElapsedTime(started);
        await markersEnd.CancelAsync();
        await markers;
        return load;
    }

    private async Task SendAsync(EventPoster poster, long started, CancellationToken stop, CancellationToken giveUp)
    {
        await Task.Yield();
        var body = new BatchBody();
        while (!stop.IsCancellationRequested)
        {
            var due = _pace?.Next(options.Batch);
            if (due is { } at && at - clock.GetElapsedTime(started) is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, clock, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (stop.IsCancellationRequested || !source.TryNext(body))
                return;

            if (await poster.PostAsync(body.Bytes, "application/x-ndjson", body.Events, giveUp) is not { } took)
                continue;
            _answers.Add(took);
            if (due is { } planned)
                _fromDue.Add(clock.GetElapsedTime(started) - planned);
        }
    }

    /// <summary>The ledger once the workers have nothing in flight, or after five minutes as it is.</summary>
    private async Task<LedgerSums?> SettledAsync(AdminClient admin, DateTimeOffset from)
    {
        using var limit = new CancellationTokenSource(DrainLimit);
        try
        {
            while (true)
            {
                var sums = await admin.LedgerAsync(from, limit.Token);
                if (sums.InFlight == 0)
                    return sums;
                await Task.Delay(TimeSpan.FromMilliseconds(200), clock, limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            _tally.Mistake($"still in flight after {DrainLimit.TotalMinutes:0} min");
        }
        catch (HttpRequestException exception)
        {
            _tally.Mistake($"ledger: {exception.Message}");
        }

        return null;
    }

    private HttpClient Client() => new(new SocketsHttpHandler { MaxConnectionsPerServer = options.Connections + 24, UseProxy = false })
    {
        BaseAddress = new Uri(options.Url.AbsoluteUri.TrimEnd('/') + "/"),
        Timeout = TimeSpan.FromSeconds(60),
    };
}
