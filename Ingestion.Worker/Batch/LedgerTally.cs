namespace Ingestion.Worker.Batch;

/// <summary>What became of the records of one batch, per tenant and minute of receipt.</summary>
internal sealed class LedgerTally
{
    private readonly Dictionary<(string Tenant, long Minute), Counts> counts = [];
    private (string Tenant, long Minute) lastKey;
    private Counts? last;

    public IEnumerable<(string Tenant, long Minute, Counts Counts)> Entries =>
        counts.Select(entry => (entry.Key.Tenant, entry.Key.Minute, entry.Value));

    public long Stored => counts.Values.Sum(entry => entry.Stored);

    public long Duplicates => counts.Values.Sum(entry => entry.Duplicates);

    public long DeadLettered => counts.Values.Sum(entry => entry.DeadLettered);

    /// <summary>The counts of a tenant and of the minute in which <paramref name="receivedMs"/> (Unix milliseconds) lies.</summary>
    public Counts Of(string tenant, long receivedMs)
    {
        var key = (tenant, Minute: receivedMs / 60_000);
        if (last is not null && key.Minute == lastKey.Minute && ReferenceEquals(tenant, lastKey.Tenant))
        {
            return last;
        }

        if (!counts.TryGetValue(key, out var found))
        {
            counts.Add(key, found = new Counts());
        }

        (lastKey, last) = (key, found);
        return found;
    }

    internal sealed class Counts
    {
        public long Stored { get; set; }

        public long Duplicates { get; set; }

        public long DeadLettered { get; set; }

        public long Accepted => Stored + Duplicates + DeadLettered;
    }
}
