using Analytics.Api.Engines;
using Analytics.Api.Query;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Live;

/// <summary>
/// All live tails of this process: one <see cref="LiveConsumer"/> for all of them, there while there are readers, and their limits.
/// </summary>
internal sealed class LiveFeed(
    LiveLog log, EngineStartup engines, TimeProvider clock, IOptions<LiveOptions> options, LiveTelemetry telemetry, ILogger<LiveConsumer> logger)
{
    private readonly Lock _lock = new();
    private readonly Seats _seats = new(options.Value.MaxReaders, options.Value.MaxReadersPerTenant);
    private Pass? _pass;

    /// <summary>Whether the log is being read.</summary>
    public bool IsReading
    {
        get
        {
            lock (_lock)
                return _pass is not null;
        }
    }

    /// <summary>Lets a reader in, until the seat is disposed; null when the tenant or the process has no room.</summary>
    public async Task<LiveSeat?> JoinAsync(LiveReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Enter(reader.Tenant) is not { } pass)
                return null;

            try
            {
                await pass.Started.WaitAsync(cancellationToken);
                if (pass.Consumer.Add(reader) is { } start)
                {
                    telemetry.Readers.Add(1);
                    return new LiveSeat(start, () => Leave(pass, reader));
                }
            }
            catch
            {
                Exit(pass, reader.Tenant);
                throw;
            }

            Exit(pass, reader.Tenant); // it ended in between: begin another
        }
    }

    private Pass? Enter(string tenant)
    {
        if (!_seats.TryTake(tenant))
            return null;

        lock (_lock)
        {
            if (_pass is not { Consumer.IsAlive: true })
                _pass = Begin();
            _pass.Readers++;
            return _pass;
        }
    }

    private void Leave(Pass pass, LiveReader reader)
    {
        pass.Consumer.Remove(reader);
        telemetry.Readers.Add(-1);
        Exit(pass, reader.Tenant);
    }

    private void Exit(Pass pass, string tenant)
    {
        _seats.Give(tenant);
        lock (_lock)
        {
            if (--pass.Readers > 0)
                return;
            if (_pass == pass)
                _pass = null;
        }

        pass.Consumer.Dispose();
    }

    private Pass Begin()
    {
        var consumer = new LiveConsumer(log, engines, clock, options.Value, logger);
        return new Pass(consumer, consumer.StartAsync());
    }

    private sealed class Pass(LiveConsumer consumer, Task started)
    {
        public LiveConsumer Consumer => consumer;

        public Task Started => started;

        /// <summary>Those who are in and those who wait to get in.</summary>
        public int Readers { get; set; }
    }
}

/// <summary>A reader's place in the feed. From <see cref="Start"/> on he gets every event.</summary>
internal sealed class LiveSeat(LivePosition start, Action leave) : IDisposable
{
    public LivePosition Start => start;

    public void Dispose() => leave();
}
