using System.Diagnostics.Metrics;

namespace Analytics.Api.Export;

/// <summary>What exports count. No tenant among the tags: their number is unbounded.</summary>
internal sealed class ExportTelemetry
{
    public ExportTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Auterity.Analytics.Api");
        Running = meter.CreateUpDownCounter<long>("analytics.export.running", "{export}", "Exports being sent.");
        Finished = meter.CreateCounter<long>("analytics.export.finished", "{export}", "Exports that ended, by status.");
        Rows = meter.CreateCounter<long>("analytics.export.rows", "{row}", "Rows sent by exports.");
        Bytes = meter.CreateCounter<long>("analytics.export.bytes", "By", "Bytes sent by exports, before compression.");
    }

    public UpDownCounter<long> Running { get; }

    public Counter<long> Finished { get; }

    public Counter<long> Rows { get; }

    public Counter<long> Bytes { get; }
}
