using System.Globalization;
using System.Text;

namespace Benchmarks.Queries;

/// <summary>The tables of the questions, as Markdown.</summary>
/// <param name="stored">Events of all tenants, and of the one that was asked about.</param>
internal sealed class QueriesReport(
    string[] stored, (double Api, double Engine) idle, Timings least, IReadOnlyList<InquiryResult> results)
{
    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine(Format($"{Count(stored[0])} events, {Count(stored[1])} of the tenant asked about. CPU while nobody asks, taken off below: API {idle.Api:0.0%}, engine {idle.Engine:0.0%} of a core. SELECT 1 straight to the engine: p50 {least.At(50):0.0} ms, CPU {least.EngineMicroseconds / 1000:0.00} ms."));
        Uncached(text.AppendLine());
        Cached(text.AppendLine());
        Goals(text.AppendLine());
        return text.ToString();
    }

    private void Uncached(StringBuilder text)
    {
        text.AppendLine("| not from the cache | source | rows read | p50 ms | p95 ms | CPU ms: API | engine | straight to the engine: p50 ms | p95 ms | CPU ms | statements: all | computing | p50, API over engine | CPU, API over engine |");
        text.AppendLine("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var result in results)
            text.AppendLine(Format($"| {result.Inquiry.Name} | {result.Source} | {result.RowsRead:N0} | {result.Api.At(50):0.0} | {result.Api.At(95):0.0} | {result.Api.ApiMicroseconds / 1000:0.00} | {result.Api.EngineMicroseconds / 1000:0.00} | {result.Raw.At(50):0.0} | {result.Raw.At(95):0.0} | {result.Raw.EngineMicroseconds / 1000:0.00} | {result.Sent} | {result.Computing} | {result.Overhead:+0%;-0%} | {result.CpuOverhead:+0%;-0%} |"));
    }

    private void Cached(StringBuilder text)
    {
        text.AppendLine("| from the cache | p50 ms | p95 ms | CPU µs: API | engine | 64 at a time: p50 ms | p95 ms | CPU µs: API | engine |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var result in results)
            if (result is { Cached: { } alone, Crowd: { } crowd })
                text.AppendLine(Format($"| {result.Inquiry.Name} | {alone.At(50):0.0} | {alone.At(95):0.0} | {alone.ApiMicroseconds:0} | {alone.EngineMicroseconds:0} | {crowd.At(50):0.0} | {crowd.At(95):0.0} | {crowd.ApiMicroseconds:0} | {crowd.EngineMicroseconds:0} |"));
    }

    private void Goals(StringBuilder text)
    {
        text.AppendLine("| goal | floor | aim | measured |");
        text.AppendLine("|---|--:|--:|---|");
        foreach (var series in results.Where(result => result.Inquiry.Path == "query/timeseries"))
            text.AppendLine(Format($"| {series.Inquiry.Name}: 30 days of one tenant, p95 | 200 ms | 50 ms | {series.Api.At(95):0.0} ms |"));
        text.AppendLine(Format($"| API over the same SQL sent straight to the engine, p50, median of all | 30 % | 15 % | {Median(result => result.Overhead):0 %} |"));
        text.AppendLine(Format($"| the same in CPU, median of all | 30 % | 15 % | {Median(result => result.CpuOverhead):0 %} |"));
        var crowds = results.Select(result => result.Crowd).OfType<Timings>().ToList();
        text.AppendLine(Format($"| from the cache, CPU of the API per request, 64 at a time | 160 µs | 80 µs | {crowds.Average(crowd => crowd.ApiMicroseconds):0} µs |"));
        text.AppendLine(Format($"| the same with the engine's part, which is the check of what is stored | 160 µs | 80 µs | {crowds.Average(crowd => crowd.CpuMicroseconds):0} µs |"));
    }

    private double Median(Func<InquiryResult, double> value) => results.Select(value).Order().ElementAt(results.Count / 2);

    private static string Count(string number) => long.Parse(number, CultureInfo.InvariantCulture).ToString("N0", CultureInfo.InvariantCulture);

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
