using System.Diagnostics;
using Benchmarks.Measure;

namespace Benchmarks.Storage;

/// <summary>An embedded ClickHouse on a temporary folder, with the CPU it has used.</summary>
internal sealed class EngineProcess : IAsyncDisposable
{
    private const string Ready = "listening: ";
    private readonly Process process;
    private readonly string data;
    private readonly HttpClient http;

    private EngineProcess(Process process, string data, Uri address)
    {
        (this.process, this.data) = (process, data);
        http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(30) };
        ConnectionString = $"Host=127.0.0.1;Port={address.Port};Username=default;Password=;Database=analytics";
    }

    public string ConnectionString { get; }

    public TimeSpan Cpu => ProcessSample.Of(process.Id)?.Cpu ?? throw new InvalidOperationException("The engine has ended.");

    public static async Task<EngineProcess> StartAsync(string program)
    {
        var data = Directory.CreateTempSubdirectory("storage-").FullName;
        var start = new ProcessStartInfo(Built.Dotnet, ["exec", program, "--data", data, "--port", "0", "--exit-with-parent"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Users__default__Password"] = "";
        var process = Process.Start(start)!;
        process.BeginErrorReadLine(); // its log; what goes wrong is in the answers
        var line = await process.StandardOutput.ReadLineAsync();
        return line?.StartsWith(Ready, StringComparison.Ordinal) is true
            ? new EngineProcess(process, data, new Uri(line[Ready.Length..]))
            : throw new InvalidOperationException($"The engine did not start: {line}");
    }

    /// <summary>The answer's bytes.</summary>
    public async Task<byte[]> AskAsync(string sql, CancellationToken cancellation, ReadOnlyMemory<byte>? rows = null, string settings = "")
    {
        using HttpContent content = rows is { } body ? new ReadOnlyMemoryContent(body) : new StringContent(sql);
        var query = rows is null ? "" : $"&query={Uri.EscapeDataString(sql)}";
        using var answer = await http.PostAsync($"/?database=analytics{query}{settings}", content, cancellation);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
        return answer.IsSuccessStatusCode ? bytes : throw new InvalidOperationException(System.Text.Encoding.UTF8.GetString(bytes));
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(data, recursive: true);
    }
}
