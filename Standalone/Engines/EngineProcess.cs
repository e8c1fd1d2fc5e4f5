using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Standalone.Engines;

/// <summary>
/// One run of an engine. Its standard input is a pipe of ours: when this process ends, however it ends, the engine reads the end of it
/// and stops too. Standard output and error go to its log file.
/// </summary>
internal sealed class EngineProcess : IDisposable
{
    private readonly Process process;
    private readonly TaskCompletionSource listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EngineProcess(Process process) => this.process = process;

    public int Id => process.Id;

    public int ExitCode => process.ExitCode;

    /// <summary>Completes when it can be used; fails when it ended before.</summary>
    public Task Listening => listening.Task;

    public static EngineProcess Start(EngineStart start, LogFile log)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, start.Assembly + ".dll");
        if (!File.Exists(assembly))
            throw new StartException(Standalone.ExitCode.EngineFailed, $"{assembly} is missing: build the whole solution.");

        var info = new ProcessStartInfo(Dotnet, ["exec", assembly, .. start.Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (var (key, value) in start.Environment)
            info.Environment[key] = value;

        var engine = new EngineProcess(new Process { StartInfo = info, EnableRaisingEvents = true });
        engine.Run(log);
        return engine;
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken = default) => process.WaitForExitAsync(cancellationToken);

    /// <summary>Asks it to stop by ending its input, and kills it when it does not within <paramref name="limit"/>.</summary>
    /// <returns>Whether it stopped by itself.</returns>
    public async Task<bool> StopAsync(TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        try
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(late.Token);
            return true;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return false;
        }
    }

    public void Dispose() => process.Dispose();

    private static string Dotnet { get; } = Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private void Run(LogFile log)
    {
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                return;
            log.Write(line.Data);
            if (line.Data.StartsWith(EngineStart.ReadyPrefix, StringComparison.Ordinal))
                listening.TrySetResult();
        };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                log.Write(line.Data);
        };
        process.Exited += (_, _) => listening.TrySetException(new EngineEndedException());
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }
}
