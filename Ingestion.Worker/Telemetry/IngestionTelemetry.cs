using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ingestion.Worker.Telemetry;

/// <summary>Every metric and span of the worker, with its unit.</summary>
internal sealed class IngestionTelemetry : IDisposable
{
    public const string Name = "Auterity.Ingestion.Worker";

    private readonly Meter meter;
    private readonly Counter<long> events;
    private readonly Counter<long> insertFailures;
    private readonly Counter<long> commits;
    private readonly Counter<long> repaired;
    private readonly Histogram<double> insertDuration;
    private readonly Histogram<long> insertRows;
    private readonly Histogram<double> freshness;

    public IngestionTelemetry(IMeterFactory meters)
    {
        meter = meters.Create(Name);
        events = meter.CreateCounter<long>("ingestion.records", "{record}", "Records by stream and outcome: stored, duplicate, dead_lettered");
        insertFailures = meter.CreateCounter<long>("ingestion.insert.failures", "{failure}", "Failed inserts by kind: transient, refused");
        commits = meter.CreateCounter<long>("ingestion.commits", "{commit}", "Offset commits by outcome: ok, failed, fenced");
        repaired = meter.CreateCounter<long>("ingestion.repaired", "{row}", "Rows inserted again on assignment because the table had lost them");
        insertDuration = meter.CreateHistogram<double>("ingestion.insert.duration", "s", "Time of one insert by table");
        insertRows = meter.CreateHistogram<long>("ingestion.insert.rows", "{row}", "Rows of one insert by table");
        freshness = meter.CreateHistogram<double>("ingestion.freshness", "s", "Receipt of a batch's oldest event until it is stored");
    }

    public ActivitySource Source { get; } = new(Name);

    public void ObserveLag(Func<IEnumerable<Measurement<long>>> read) =>
        meter.CreateObservableGauge("ingestion.lag", read, "{record}", "Records in the log that are not stored yet, by topic and partition");

    public void ObserveDedupIds(Func<long> read) =>
        meter.CreateObservableGauge("ingestion.dedup.ids", read, "{id}", "Ids remembered for recognising repeats");

    public void Stored(string topic, long stored, long duplicates, long deadLettered, TimeSpan age)
    {
        Count(topic, "stored", stored);
        Count(topic, "duplicate", duplicates);
        Count(topic, "dead_lettered", deadLettered);
        freshness.Record(age.TotalSeconds, new KeyValuePair<string, object?>("topic", topic));
    }

    public void Inserted(string table, int rows, long bytes, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("table", table);
        insertDuration.Record(duration.TotalSeconds, tag);
        insertRows.Record(rows, tag);
        Activity.Current?.SetTag("bytes", bytes);
    }

    public void InsertFailed(string kind) => insertFailures.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Committed(string outcome) => commits.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Repaired(long rows) => repaired.Add(rows);

    public void Dispose()
    {
        Source.Dispose();
        meter.Dispose();
    }

    private void Count(string topic, string outcome, long count)
    {
        if (count > 0)
        {
            events.Add(count, new KeyValuePair<string, object?>("topic", topic), new KeyValuePair<string, object?>("outcome", outcome));
        }
    }
}
