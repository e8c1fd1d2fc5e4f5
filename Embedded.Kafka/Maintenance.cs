using Embedded.Kafka.Network;
using Microsoft.Extensions.Logging;

namespace Embedded.Kafka;

/// <summary>What happens by the clock: silent group members, stalled connections, syncs in intervals, retention.</summary>
internal sealed partial class Maintenance : IAsyncDisposable
{
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _loops;

    public Maintenance(BrokerServices broker, Listener listener, ILogger logger)
    {
        _logger = logger;
        var options = broker.Options;
        List<Task> loops =
        [
            Every(TimeSpan.FromMilliseconds(200), options.Time, broker.Groups.Sweep),
            Every(TimeSpan.FromSeconds(5), options.Time, listener.CloseStalled),
            Every(options.RetentionCheck, options.Time, () => ForAll(broker, log => log.ApplyRetention(options.ProducerExpiry))),
        ];
        if (!options.SyncBeforeAcknowledging)
        {
            loops.Add(Every(options.SyncInterval, options.Time, () => ForAll(broker, log => log.SyncInBackground())));
            loops.Add(Every(options.SyncInterval, options.Time, broker.Groups.Offsets.SyncInBackground));
        }
        _loops = [.. loops];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        _stop.Dispose();
    }

    private static void ForAll(BrokerServices broker, Action<Log.PartitionLog> act)
    {
        foreach (var topic in broker.Topics.All)
            foreach (var log in topic.Partitions) act(log);
    }

    private async Task Every(TimeSpan period, TimeProvider time, Action act)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) Try(act);
        }
        catch (OperationCanceledException)
        {
            // The broker stops.
        }
    }

    /// <summary>One failure must not end the loop: retention and expiry go on with the next tick.</summary>
    private void Try(Action act)
    {
        try
        {
            act();
        }
        catch (Exception e)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Error, "A maintenance step failed; it is tried again")]
    private partial void LogFailed(Exception exception);
}
