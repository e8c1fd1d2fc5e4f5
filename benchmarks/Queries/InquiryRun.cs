using System.Text.Json;
using Benchmarks.Product;

namespace Benchmarks.Queries;

/// <summary>What was seen of one question: computed by the API, the same statements sent straight to the engine, and out of the cache.</summary>
internal sealed record InquiryResult(
    Inquiry Inquiry, Timings Api, Timings Raw, Timings? Cached, Timings? Crowd, long RowsRead, string Source, int Sent, int Computing)
{
    public double Overhead => (Api.At(50) / Raw.At(50)) - 1;

    public double CpuOverhead => (Api.CpuMicroseconds / Raw.EngineMicroseconds) - 1;
}

/// <summary>
/// Asks a question in rounds: some times the API without its cache, then as often the engine, so that both meet the same disturbances of a shared
/// machine. Then from the cache, one after another and many at a time.
/// </summary>
internal sealed class InquiryRun(
    StandaloneProcess standalone, HttpClient http, EngineClient engine, string key, (double Api, double Engine) idle, QueriesOptions options, TimeProvider clock)
{
    private static readonly SentStatement Least = new(EngineClient.Owner, "?database=analytics", "SELECT 1");

    private const int PerRound = 5;
    private const int WarmUp = 3;
    private const int AtATime = 64;

    public async Task<InquiryResult> AskAsync(Inquiry inquiry, IReadOnlyList<SentStatement> sent, CancellationToken cancellation)
    {
        var computing = sent.Where(statement => statement.Computes).ToList();
        var (api, raw, rows, source) = (new Timings(), new Timings(), 0L, "raw");
        for (var i = 0; i < WarmUp; i++)
        {
            (_, source) = Meta(await AskApiAsync(inquiry, mayReuse: false, cancellation));
            rows = await AskEngineAsync(computing, cancellation);
        }

        for (var done = 0; done < options.Repeat; done += PerRound)
        {
            await MeasureAsync(api, Math.Min(PerRound, options.Repeat - done), 1, () => AskApiAsync(inquiry, mayReuse: false, cancellation));
            await MeasureAsync(raw, Math.Min(PerRound, options.Repeat - done), 1, () => AskEngineAsync(computing, cancellation));
        }

        if (!inquiry.IsCached)
            return new InquiryResult(inquiry, api, raw, null, null, rows, source, sent.Count, computing.Count);

        var (cached, crowd) = (new Timings(), new Timings());
        await MeasureAsync(cached, options.Cached, 1, () => HitAsync(inquiry, cancellation));
        await MeasureAsync(crowd, options.Cached * 4, AtATime, () => HitAsync(inquiry, cancellation));
        return new InquiryResult(inquiry, api, raw, cached, crowd, rows, source, sent.Count, computing.Count);
    }

    /// <summary>The least a statement costs on this machine today: what all other figures can be compared with.</summary>
    public async Task<Timings> LeastAsync(CancellationToken cancellation)
    {
        var timings = new Timings();
        await MeasureAsync(timings, options.Cached, 1, () => AskEngineAsync([Least], cancellation));
        return timings;
    }

    private async Task MeasureAsync<T>(Timings timings, int times, int atATime, Func<Task<T>> ask)
    {
        var (before, began, left) = (standalone.Sample(), clock.GetTimestamp(), times);
        await Task.WhenAll(Enumerable.Range(0, atATime).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var started = clock.GetTimestamp();
                await ask();
                timings.Add(clock.GetElapsedTime(started));
            }
        })));
        var after = standalone.Sample();
        var took = clock.GetElapsedTime(began);
        timings.AddCpu(after.Api.Cpu - before.Api.Cpu - (took * idle.Api), after.Engine.Cpu - before.Engine.Cpu - (took * idle.Engine));
    }

    private async Task<byte[]> HitAsync(Inquiry inquiry, CancellationToken cancellation)
    {
        var answer = await AskApiAsync(inquiry, mayReuse: true, cancellation);
        return answer.AsSpan().IndexOf("\"cache\":\"hit\""u8) >= 0
            ? answer
            : throw new ProductException($"{inquiry.Name} was to come from the cache: {Meta(answer)}");
    }

    private async Task<byte[]> AskApiAsync(Inquiry inquiry, bool mayReuse, CancellationToken cancellation)
    {
        using var request = inquiry.Request(key, mayReuse);
        using var response = await http.SendAsync(request, cancellation);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellation);
        return response.IsSuccessStatusCode
            ? answer
            : throw new ProductException($"{inquiry.Name} was answered with {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(answer)}");
    }

    private async Task<long> AskEngineAsync(IReadOnlyList<SentStatement> statements, CancellationToken cancellation)
    {
        var rows = 0L;
        foreach (var statement in statements)
            rows += (await engine.SendAsync(statement.User, statement.Query, new StringContent(statement.Sql), cancellation)).RowsRead;
        return rows;
    }

    private static (string Cache, string Source) Meta(byte[] answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.TryGetProperty("meta", out var meta)
            ? (meta.GetProperty("cache").GetString()!, meta.GetProperty("source").GetString()!)
            : ("", "raw");
    }
}
