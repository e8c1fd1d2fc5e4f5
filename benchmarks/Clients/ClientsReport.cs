using System.Globalization;
using System.Text;
using Benchmarks.Measure;

namespace Benchmarks.Clients;

/// <summary>The tables at the end, as Markdown, and whether what must hold did.</summary>
internal sealed class ClientsReport(IReadOnlyList<Phase> phases)
{
    private const double MostCachedMilliseconds = 50;

    private Phase Mix => phases[1];

    /// <summary>A wrong status is a failure of the product, whatever the machine does beside; a slow answer may be the machine's.</summary>
    public bool Failed => phases.Any(phase => !IsNoise(phase) && phase.Tally.Failed > 0) || phases.Any(phase => phase.Tally.Failed > phase.Tally.TooMany + phase.Tally.Unavailable);

    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine("| clients | number | answers/s | not 200 | of these 429 | 503 | from the cache, ms: p50 | p95 | p99 | panel computed, p95 | heavy, ms: p50 | p95 | p99 | CPU s: API | engine | machine |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|");
        foreach (var phase in phases)
        {
            var tally = phase.Tally;
            text.AppendLine(Format($"| {phase.Name} | {phase.Clients} | {tally.Answered / phase.Took.TotalSeconds:N0} | {tally.FailedShare:0.##%} | {tally.TooMany} | {tally.Unavailable} | {At(tally.Cached, 50)} | {At(tally.Cached, 95)} | {At(tally.Cached, 99)} | {At(tally.Missed, 95)} | {At(tally.Heavy, 50)} | {At(tally.Heavy, 95)} | {At(tally.Heavy, 99)} | {phase.Cpu.Api.TotalSeconds:0.0} | {phase.Cpu.Engine.TotalSeconds:0.0} | {phase.Machine} |"));
        }

        text.AppendLine().AppendLine("| must hold | measured | |");
        text.AppendLine("|---|---|---|");
        text.AppendLine(Format($"| no failed request in the mix | {Mix.Tally.Failures} | {(Mix.Tally.Failed == 0 ? "holds" : "MISSED")} |"));
        text.AppendLine(Format($"| from the cache in the mix, p95 < {MostCachedMilliseconds:0} ms | {Mix.Tally.Cached.At(95):0.0} ms | {(Mix.Tally.Cached.At(95) < MostCachedMilliseconds ? "holds" : "MISSED")} |"));
        if (phases.Count > 3)
            text.AppendLine(Format($"| a quiet tenant beside a noisy one, p95 of all its questions | {phases[3].Tally.All.At(95):0.0} ms, alone {phases[2].Tally.All.At(95):0.0} ms; failed: {phases[3].Tally.Failures} | {(phases[3].Tally.Failed == 0 ? "nothing failed" : "MISSED")} |"));
        return text.ToString();
    }

    // A tenant that asks without end is refused: that is how the others are served.
    private bool IsNoise(Phase phase) => phases.Count > 4 && ReferenceEquals(phase, phases[4]);

    private static string At(Latencies latencies, double percentile) => latencies.Count == 0 ? "" : Format($"{latencies.At(percentile):0.0}");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
