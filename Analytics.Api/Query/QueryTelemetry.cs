using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Analytics.Api.Query;

/// <summary>What queries cost, for operators. No tenant in metrics: their number has no bound.</summary>
internal sealed class QueryTelemetry
{
    public const string Name = "Auterity.Analytics.Api";

    public static readonly ActivitySource Source = new(Name);

    public QueryTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        Duration = meter.CreateHistogram<double>("analytics.query.duration", "s", "How long the engine took for a statement, by outcome.");
        RowsRead = meter.CreateCounter<long>("analytics.query.rows_read", "{row}", "Rows the engine read for statements.");
        Waiting = meter.CreateUpDownCounter<long>("analytics.query.waiting", "{query}", "Statements that wait for their turn in the engine.");
        Wait = meter.CreateHistogram<double>("analytics.query.wait", "s", "How long statements waited for their turn.");
        Refused = meter.CreateCounter<long>("analytics.query.refused", "{query}", "Statements that got no turn, by reason.");
        Running = meter.CreateUpDownCounter<long>("analytics.query.running", "{query}", "Statements running in the engine.");
    }

    public Histogram<double> Duration { get; }

    public Counter<long> RowsRead { get; }

    public UpDownCounter<long> Waiting { get; }

    public Histogram<double> Wait { get; }

    public Counter<long> Refused { get; }

    public UpDownCounter<long> Running { get; }
}
