using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Benchmarks.Measure;

namespace Benchmarks.Product;

/// <summary>Standalone with its engines, started, killed and started again on one data folder.</summary>
internal sealed class StandaloneProcess(string program, string data) : IAsyncDisposable
{
    public const string AdminPassword = "admin-password-of-the-benchmark";
    public const string IngestKey = "ingest-key-of-the-benchmark";

    /// <summary>All processes at once, beside the programs by name.</summary>
    public const string Everything = "everything";

    public static readonly IReadOnlyList<string> Names = ["Standalone", "Embedded.ClickHouse", "Embedded.Kafka", Everything];

    private const string Ready = "ready: ";
    private const int KeptLines = 60;
    private const int Terminate = 15;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private readonly Queue<string> lines = new();
    private Process? process;

    public string Data => data;

    /// <summary>Where the API listens; null from a start until it is ready.</summary>
    public Uri? Address { get; private set; }

    public bool Runs => process is { HasExited: false };

    /// <summary>Starts it; it is ready when <see cref="Address"/> is there.</summary>
    /// <param name="settings">Further environment of it and its engines.</param>
    public void Start(params (string Name, string Value)[] settings)
    {
        process?.Dispose();
        Address = null;
        var start = new ProcessStartInfo(Built.Dotnet, ["exec", program, "--data", data, "--port", "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Bootstrap__AdminPassword"] = AdminPassword;
        start.Environment["Bootstrap__IngestKey"] = IngestKey;
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var started = process = new Process { StartInfo = start };
        started.OutputDataReceived += (_, line) => Keep(started, line.Data);
        started.ErrorDataReceived += (_, line) => Keep(started, line.Data);
        started.Start();
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task<Uri> StartedAsync(params (string Name, string Value)[] settings)
    {
        Start(settings);
        for (var waited = TimeSpan.Zero; Address is null; waited += Glance)
        {
            if (!Runs || waited > StartLimit)
                throw new ProductException($"Standalone did not become ready.{Environment.NewLine}{Tail()}");
            await Task.Delay(Glance);
        }

        return Address;
    }

    /// <summary>CPU and memory of Standalone itself, which runs the API and the worker, and of its ClickHouse.</summary>
    public (ProcessSample Api, ProcessSample Engine) Sample()
    {
        var tree = ProcessSample.Tree(process!.Id);
        return (tree[0], tree.First(sample => sample.Name == "Embedded.ClickHouse"));
    }

    /// <summary><c>kill -9</c>. Gives the name of what was hit: everything, when the process that was meant does not run at the moment.</summary>
    public async Task<string> KillAsync(string name)
    {
        var tree = ProcessSample.Tree(process!.Id);
        var hit = name == Everything ? tree : [.. tree.Where(sample => sample.Name == name)];
        if (hit.Count == 0)
            (name, hit) = (Everything, tree);
        foreach (var sample in hit)
            Kill(sample.Pid);
        if (hit.Any(sample => sample.Pid == process.Id))
            await process.WaitForExitAsync();
        return name;
    }

    /// <summary>SIGTERM, and kill -9 when that takes too long.</summary>
    public async Task StopAsync()
    {
        if (!Runs)
            return;
        _ = Signal(process!.Id, Terminate); // gone already is as good
        using var late = new CancellationTokenSource(StopLimit);
        await process.WaitForExitAsync(late.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        if (Runs)
            await KillAsync(Everything);
    }

    /// <summary>Its last words.</summary>
    public string Tail()
    {
        lock (lines)
            return string.Join(Environment.NewLine, lines);
    }

    public async Task DeleteAsync()
    {
        await StopAsync();
        Directory.Delete(data, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process?.Dispose();
    }

    private void Keep(Process from, string? line)
    {
        if (line is null)
            return;
        lock (lines)
        {
            lines.Enqueue(line);
            if (lines.Count > KeptLines)
                lines.Dequeue();
        }

        if (from == process && line.StartsWith(Ready, StringComparison.Ordinal))
            Address = new Uri(line[Ready.Length..].Trim());
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It ended by itself in the meantime.
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}
