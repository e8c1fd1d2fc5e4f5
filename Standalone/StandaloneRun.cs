using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Standalone.Engines;

namespace Standalone;

/// <summary>
/// One run from start to stop, in the order that matters: the folder is locked, the engines start while the host is put together, the
/// host starts; everything stops the other way round: the API drains, the worker commits, the broker stops, then the database.
/// </summary>
internal static class StandaloneRun
{
    public static async Task<int> RunAsync(StandaloneOptions options)
    {
        using var signals = new StopSignals();
        if (options.Port != 0 && !LoopbackPort.IsFree(options.Bind, options.Port))
            throw PortInUse(options);

        using var data = DataDirectory.Open(options.Data);
        using var logs = StandaloneLogs.CreateFactory();
        await using var engines = new EmbeddedEngines(data, logs);
        var started = engines.StartAsync(signals.Stop);
        try
        {
            await using var app = StandaloneHost.Build(options, data, engines);
            await started;
            return await RunAsync(app, data, signals.Stop);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return ExitCode.Stopped; // asked to stop while still starting
        }
        catch (OptionsValidationException exception)
        {
            throw new StartException(ExitCode.BadOption, string.Join(Environment.NewLine, exception.Failures));
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw PortInUse(options);
        }
    }

    private static async Task<int> RunAsync(WebApplication app, DataDirectory data, CancellationToken stop)
    {
        var firstStart = !File.Exists(data.Credentials);
        await app.StartAsync(stop);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop, app.Lifetime.ApplicationStopping);
        try
        {
            await Readiness.WaitAsync(app, stopping.Token);
            Banner.Print(app, data, firstStart);
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping, in whatever phase.
        }

        await app.StopAsync(CancellationToken.None);
        return stop.IsCancellationRequested ? ExitCode.Stopped : ExitCode.Failed; // without a signal a part of the host gave up
    }

    private static StartException PortInUse(StandaloneOptions options) => new(
        ExitCode.PortInUse, $"Port {options.Port} is in use by another program. Choose another one with --port N (0 picks a free one).");
}
