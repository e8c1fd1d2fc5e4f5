using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Benchmarks.Measure;
using Benchmarks.Product;

namespace Benchmarks.Queries;

/// <summary>An export, read to its end and thrown away.</summary>
/// <param name="LineEnds">Counted in the bytes of a text format.</param>
internal sealed record ExportResult(
    string Format, long Rows, long Bytes, TimeSpan Took, TimeSpan ApiCpu, TimeSpan EngineCpu, long ExtraResident, long? LineEnds, string? Mistake);

/// <summary>Exports all events of a tenant in one format and compares what arrived with the receipt.</summary>
internal sealed class ExportRun(StandaloneProcess standalone, HttpClient http, string key, long events, TimeProvider clock)
{
    public static readonly IReadOnlyList<string> Formats = ["ndjson", "csv", "parquet", "arrow"];
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    public async Task<ExportResult> RunAsync(string format, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var before = standalone.Sample();
        var watching = MostResidentAsync(before.Api, stop.Token);
        var started = clock.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/exports")
        {
            Content = new StringContent($$"""{"format":"{{format}}","events":{} }""", Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
            Headers = { { "X-Api-Key", key } },
        };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode)
            throw new ProductException($"The export was answered with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
        var (bytes, lines, sum) = await DrainAsync(await response.Content.ReadAsStreamAsync(cancellation), cancellation);
        var (took, after) = (clock.GetElapsedTime(started), standalone.Sample());
        await stop.CancelAsync();
        var most = await watching;

        var receipt = await ReceiptAsync(response.Headers.GetValues("Export-Id").First(), cancellation);
        long? lineEnds = format is "ndjson" or "csv" ? lines : null;
        return new ExportResult(
            format, receipt.GetProperty("rows").GetInt64(), bytes, took, after.Api.Cpu - before.Api.Cpu, after.Engine.Cpu - before.Engine.Cpu,
            most - before.Api.ResidentBytes, lineEnds, Mistake(receipt, bytes, sum, lineEnds - (format == "csv" ? 1 : 0)));
    }

    private string? Mistake(JsonElement receipt, long bytes, string sum, long? lines) =>
        receipt.GetProperty("status").GetString() != "complete" ? "not complete"
        : receipt.GetProperty("rows").GetInt64() != events ? $"{events} rows are stored"
        : receipt.GetProperty("bytes").GetInt64() != bytes ? "another number of bytes arrived"
        : receipt.GetProperty("sha256").GetString() != sum ? "another sum"
        : lines is { } counted && counted != events ? $"{counted} lines arrived"
        : null;

    // JSON texts and generated events hold no line ends within a row.
    private static async Task<(long Bytes, long Lines, string Sum)> DrainAsync(Stream body, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        var (bytes, lines) = (0L, 0L);
        for (int read; (read = await body.ReadAsync(buffer, cancellation)) > 0; bytes += read)
        {
            hash.AppendData(buffer, 0, read);
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        return (bytes, lines, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private async Task<JsonElement> ReceiptAsync(string id, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/exports/{id}") { Headers = { { "X-Api-Key", key } } };
        using var response = await http.SendAsync(request, cancellation);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation)).RootElement;
    }

    private async Task<long> MostResidentAsync(ProcessSample api, CancellationToken stop)
    {
        var most = api.ResidentBytes;
        while (!stop.IsCancellationRequested)
        {
            most = Math.Max(most, ProcessSample.Of(api.Pid)?.ResidentBytes ?? 0);
            await Task.Delay(Every, clock, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        return most;
    }
}
