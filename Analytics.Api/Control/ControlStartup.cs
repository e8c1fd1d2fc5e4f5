using Analytics.Api.Auth;

namespace Analytics.Api.Control;

/// <summary>
/// Before the first request is served: signing key, migrations, bootstrap. A configuration error stops the start. A store that is
/// away (PostgreSQL, not up yet) does not: the API serves, is not ready, and tries again.
/// </summary>
internal sealed partial class ControlStartup(
    ControlStore store, Bootstrap bootstrap, SigningKey key, TimeProvider time, ILogger<ControlStartup> log) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250), LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>The store has its tables and its first user.</summary>
    public bool Done { get; private set; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key); // resolving it has checked it
        await TryAsync(cancellationToken);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var pause = FirstPause; !Done; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.Delay(pause, time, stoppingToken);
            await TryAsync(stoppingToken);
        }
    }

    private async Task TryAsync(CancellationToken cancellation)
    {
        try
        {
            await ControlMigrations.ApplyAsync(store, time, cancellation);
            await bootstrap.ApplyAsync(cancellation);
            Done = true;
        }
        catch (Exception exception) when (store.Explains(exception))
        {
            Failed(exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The control store did not answer; trying again")]
    private partial void Failed(Exception exception);
}
