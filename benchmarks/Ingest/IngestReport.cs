using System.Globalization;
using System.Text;
using Benchmarks.Measure;

namespace Benchmarks.Ingest;

/// <summary>The table at the end, and whether the run counts as failed.</summary>
internal sealed class IngestReport(
    Tally tally, Latencies answers, Latencies fromDue, Latencies? freshness, ProcessMeter processes, LedgerSums? ledger, TimeSpan load, TimeSpan drained)
{
    /// <summary>
    /// Exactly what was accepted must be settled. Only where requests ended without an answer may it be more: their events can be on the
    /// log although nobody was told, and then once as stored and once as duplicate.
    /// </summary>
    private bool LedgerHolds => ledger is null
        || (ledger.Accepted == ledger.Settled && (tally.Uncertain == 0 ? ledger.Settled == tally.Accepted : ledger.Settled >= tally.Accepted));

    public bool Failed => !tally.Mistakes.IsEmpty || tally.Abandoned > 0 || tally.Rejected > 0 || !LedgerHolds;

    public string Text()
    {
        var text = new StringBuilder().AppendLine();
        Line("accepted events", $"{tally.Accepted:N0} in {tally.Requests:N0} requests, {load.TotalSeconds:0.0} s");
        Line("accepted/s", $"{tally.Accepted / load.TotalSeconds:N0}");
        Line("bytes per event", $"{tally.Bytes / Math.Max(1.0, tally.Accepted):0}");
        if (ledger is not null)
            Line("settled/s", $"{ledger.Settled / drained.TotalSeconds:N0} (nothing in flight {(drained - load).TotalSeconds:0.0} s after the load)");

        text.AppendLine().AppendLine(Latencies.Header).AppendLine(answers.Row("202"));
        if (fromDue.Count > 0)
            text.AppendLine(fromDue.Row("202 since it was due"));
        if (freshness is { Count: > 0 })
            text.AppendLine(freshness.Row("202 to visible"));
        if (processes.Used)
            text.AppendLine().AppendLine(processes.Table(tally.Accepted));

        text.AppendLine();
        if (ledger is not null)
            Line("ledger", $"{ledger.Stored:N0} stored + {ledger.Duplicates:N0} duplicates + {ledger.DeadLettered:N0} dead-lettered = {ledger.Settled:N0}; on the log {ledger.Accepted:N0}; accepted here {tally.Accepted:N0}: {(LedgerHolds ? "adds up" : "DOES NOT ADD UP")}");
        if (tally.Uncertain > 0)
            Line("posted again", $"{tally.Uncertain:N0} events, whose first request got no clear answer");
        Line("rejected, given up", $"{tally.Rejected:N0}, {tally.Abandoned:N0}");
        Line("errors", $"{Mistakes()}");
        return text.ToString();

        void Line(string name, FormattableString value) => text.AppendLine(CultureInfo.InvariantCulture, $"{name,-24} {value.ToString(CultureInfo.InvariantCulture)}");
    }

    private string Mistakes() => tally.Mistakes.IsEmpty
        ? "none"
        : string.Join("; ", tally.Mistakes.OrderByDescending(entry => entry.Value).Select(entry => $"{entry.Value} x {entry.Key}"));
}
