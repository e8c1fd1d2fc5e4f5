using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TestKit;

/// <summary>
/// A program of the product, started by a test. Its standard input stays open as long as this object lives, so a program told to
/// exit with its parent also ends when the test process is killed. Everything it printed is kept and shown when something fails.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 2_000;
    private const int Terminate15 = 15;
    private static readonly ConcurrentDictionary<ChildProcess, bool> Living = new();

    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly TaskCompletionSource<string> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string name;
    private readonly string? readyPrefix;

    private ChildProcess(Process process, string name, string? readyPrefix)
    {
        this.process = process;
        this.name = name;
        this.readyPrefix = readyPrefix;
    }

    /// <summary>What followed the awaited prefix on the line that said "ready".</summary>
    public string ReadyText { get; private set; } = "";

    /// <summary>The operating system's id.</summary>
    public int Id => process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Resident memory in bytes, now.</summary>
    public long ResidentBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>The lines printed so far, both streams, oldest first.</summary>
    public IReadOnlyList<string> Lines => [.. lines];

    /// <summary>Everything printed so far as one text.</summary>
    public string Log => string.Join(Environment.NewLine, lines);

    /// <summary>
    /// Starts <paramref name="assembly"/>.dll beside the test assembly with the dotnet that runs the tests and, when
    /// <paramref name="readyPrefix"/> is given, waits for a line of standard output that begins with it.
    /// </summary>
    public static async Task<ChildProcess> StartAsync(
        string assembly,
        IEnumerable<string> arguments,
        string? readyPrefix = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        TimeSpan? limit = null,
        string? workingDirectory = null)
    {
        var path = Path.IsPathRooted(assembly) ? assembly : Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} is missing: does the test project reference the program?", path);

        var start = new ProcessStartInfo(Dotnet.Path, ["exec", path, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        start.Environment["DOTNET_TC_QuickJit"] = "1"; // tests start many programs for a few seconds each: ready soon matters more than fast later
        foreach (var (key, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[key] = value;

        var child = new ChildProcess(new Process { StartInfo = start, EnableRaisingEvents = true }, Path.GetFileNameWithoutExtension(path), readyPrefix);
        child.Start();
        if (readyPrefix is not null)
            await child.WaitUntilReadyAsync(limit ?? TimeSpan.FromSeconds(180));
        return child;
    }

    /// <summary>Kills it as <c>kill -9</c> does and waits until it is gone.</summary>
    public async Task Kill9Async()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop: SIGTERM.</summary>
    public void Terminate() => Signal(Terminate15);

    /// <summary>Sends a signal by number.</summary>
    public void Signal(int number)
    {
        if (Kill(process.Id, number) != 0)
            throw new InvalidOperationException($"Signal {number} to {this} failed: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Closes its standard input, which is what it sees when its parent dies.</summary>
    public void CloseInput() => process.StandardInput.Close();

    /// <summary>Waits for its end and returns the exit code; the log is in the exception when it goes on.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        using var late = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{this} did not exit.{Environment.NewLine}{Log}");
        }

        return process.ExitCode;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{name} (pid {process.Id})";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Living.TryRemove(this, out _);
        await Kill9Async();
        process.Dispose();
    }

    /// <summary>The last lines of every program still running, for the message of a failed wait.</summary>
    internal static string LogsOfAll(int tail = 40) => string.Join(
        Environment.NewLine, Living.Keys.Select(child => $"--- {child}{Environment.NewLine}{string.Join(Environment.NewLine, child.Lines.TakeLast(tail))}"));

    private void Start()
    {
        process.OutputDataReceived += (_, line) => Keep(line.Data, canBeReady: true);
        process.ErrorDataReceived += (_, line) => Keep(line.Data, canBeReady: false);
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("ended"));
        process.Start();
        Living[this] = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private void Keep(string? line, bool canBeReady)
    {
        if (line is null)
            return;

        lines.Enqueue(line);
        while (lines.Count > KeptLines && lines.TryDequeue(out _))
        {
        }

        if (canBeReady && readyPrefix is not null && line.StartsWith(readyPrefix, StringComparison.Ordinal))
            ready.TrySetResult(line[readyPrefix.Length..].Trim());
    }

    private async Task WaitUntilReadyAsync(TimeSpan limit)
    {
        try
        {
            ReadyText = await ready.Task.WaitAsync(limit);
        }
        catch (Exception exception) when (exception is TimeoutException or InvalidOperationException)
        {
            var what = process.HasExited ? $"exited with code {process.ExitCode}" : $"was not ready after {limit.TotalSeconds:0} s";
            if (process.HasExited)
                await process.WaitForExitAsync(); // drains what it still had to say
            var message = $"{this} {what}.{Environment.NewLine}{Log}";
            await DisposeAsync();
            throw new InvalidOperationException(message);
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int pid, int signal);
}
