namespace Analytics.Api.Auth;

/// <summary>Once a minute, and when the process stops: when were keys last used, and which refresh tokens expired.</summary>
internal sealed partial class AuthHousekeeping(ApiKeys keys, RefreshTokens tokens, TimeProvider time, ILogger<AuthHousekeeping> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            await RunAsync(CancellationToken.None);
        }
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await keys.SaveLastUsedAsync(cancellation);
            await tokens.DeleteExpiredAsync(cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Failed(exception); // nothing of this is urgent: the next minute tries again
        }
    }

    [LoggerMessage(LogLevel.Warning, "Housekeeping of credentials failed")]
    private partial void Failed(Exception exception);
}
