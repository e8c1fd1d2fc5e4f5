using System.ComponentModel;
using System.Diagnostics;

namespace Standalone.Engines;

/// <summary>
/// An engine that is kept running: started, watched, started again with backoff on the same port when it dies, stopped when asked.
/// Its clients notice nothing but a pause.
/// </summary>
internal sealed partial class Engine(EngineStart start, ILogger log) : IAsyncDisposable
{
    /// <summary>The engine's own exit code for "another process has this data folder".</summary>
    private const int DataInUse = 3;

    /// <summary>After our own kill -9 the engine of before needs a moment to notice and to let go of its files.</summary>
    private static readonly TimeSpan OrphanLimit = TimeSpan.FromSeconds(20);

    private readonly LogFile output = new(start.LogFile);
    private readonly CancellationTokenSource stopping = new();
    private EngineProcess? current;
    private Task starting = Task.CompletedTask;
    private Task supervision = Task.CompletedTask;

    public string Name => start.Name;

    /// <summary>The process id, 0 while there is none.</summary>
    public int ProcessId => current?.Id ?? 0;

    /// <summary>Starts it and returns when it can be used.</summary>
    /// <exception cref="StartException">It ended instead; the message has its last words.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => starting = StartCoreAsync(cancellationToken);

    /// <summary>Stops it and does not start it again.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        await stopping.CancelAsync();
        await starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await supervision;
        if (current is not { } process)
            return;

        current = null;
        if (!await process.StopAsync(limit))
            LogKilled(Name, limit.TotalSeconds);
        process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        output.Dispose();
        stopping.Dispose();
    }

    private async Task StartCoreAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        var clock = Stopwatch.StartNew();
        while (!await TryStartAsync(either.Token))
        {
            if (current!.ExitCode != DataInUse || clock.Elapsed > OrphanLimit)
                throw Failed();
            current.Dispose();
            await Task.Delay(Backoff.First, either.Token);
        }

        LogStarted(Name, ProcessId, clock.ElapsedMilliseconds);
        supervision = SuperviseAsync(clock);
    }

    private async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        current = EngineProcess.Start(start, output);
        try
        {
            await current.Listening.WaitAsync(cancellationToken);
            return true;
        }
        catch (EngineEndedException)
        {
            await current.WaitForExitAsync(CancellationToken.None); // its last words are in the log now
            return false;
        }
    }

    private async Task SuperviseAsync(Stopwatch run)
    {
        var backoff = new Backoff();
        try
        {
            while (true)
            {
                await current!.WaitForExitAsync(stopping.Token);
                var wait = backoff.After(run.Elapsed);
                LogDied(Name, current.ExitCode, wait.TotalSeconds, output.Path);
                current.Dispose();
                current = null;
                await Task.Delay(wait, stopping.Token);
                run.Restart();
                await RestartAsync(backoff);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // StopAsync takes over.
        }
    }

    // Without a process to wait for (no memory, no file handle left) it is tried until there is one.
    private async Task RestartAsync(Backoff backoff)
    {
        while (true)
        {
            try
            {
                if (await TryStartAsync(stopping.Token))
                    LogRestarted(Name, ProcessId);
                return;
            }
            catch (Exception exception) when (exception is Win32Exception or IOException or StartException)
            {
                LogNotStarted(Name, exception.Message);
                await Task.Delay(backoff.After(TimeSpan.Zero), stopping.Token);
            }
        }
    }

    private StartException Failed() => new(
        ExitCode.EngineFailed,
        $"{Name} did not start (exit code {current!.ExitCode}). It said:{Environment.NewLine}{output.Tail()}{Environment.NewLine}More in {output.Path}");
}
