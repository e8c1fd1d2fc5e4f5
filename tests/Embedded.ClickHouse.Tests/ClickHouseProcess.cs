using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Embedded.ClickHouse.Tests;

/// <summary>The server as a child process on a free port. It dies with the tests, as its standard input then ends.</summary>
public sealed partial class ClickHouseProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private readonly Process process;
    private readonly StringBuilder errors;

    private ClickHouseProcess(Process process, StringBuilder errors, Uri address)
    {
        (this.process, this.errors, Address) = (process, errors, address);
        Http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(30) }) { BaseAddress = address, Timeout = Limit };
    }

    public Uri Address { get; }
    public HttpClient Http { get; }
    public string Log
    {
        get
        {
            lock (errors) return errors.ToString();
        }
    }

    public string ConnectionString => $"Host=127.0.0.1;Port={Address.Port.ToString(CultureInfo.InvariantCulture)};Username=default;Password=;Database=analytics";

    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "Embedded.ClickHouse.dll");

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<ClickHouseProcess> StartAsync(string data, IReadOnlyDictionary<string, string>? environment = null, params string[] more)
    {
        var process = Launch(["--data", data, "--port", "0", "--exit-with-parent", .. more], environment);
        var errors = Collect(process);
        using var limit = new CancellationTokenSource(Limit);
        var line = await process.StandardOutput.ReadLineAsync(limit.Token);
        if (line is null || !line.StartsWith("listening: ", StringComparison.Ordinal))
        {
            process.Kill();
            throw new InvalidOperationException($"The server did not start: {line} {errors}");
        }

        return new ClickHouseProcess(process, errors, new Uri(line["listening: ".Length..]));
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(IReadOnlyDictionary<string, string>? environment, params string[] args)
    {
        using var process = Launch(args, environment);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public Task<int> TerminateAsync() => EndAsync(() => Assert.Equal(0, Signal(process.Id, 15)));

    /// <summary>What the server sees when its parent dies.</summary>
    public Task<int> CloseInputAsync() => EndAsync(process.StandardInput.Close);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }

    private static Process Launch(IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Assembly, .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TC_QuickJit"] = "1"; // ready soon matters more here than fast later
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static StringBuilder Collect(Process process)
    {
        var text = new StringBuilder();
        process.ErrorDataReceived += (_, e) =>
        {
            lock (text) text.AppendLine(e.Data);
        };
        process.BeginErrorReadLine();
        return text;
    }

    private async Task<int> EndAsync(Action end)
    {
        end();
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
