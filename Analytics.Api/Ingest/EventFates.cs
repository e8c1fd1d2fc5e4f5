namespace Analytics.Api.Ingest;

/// <summary>What became of the events of one request; those the worker has not reached yet are pending.</summary>
internal sealed class EventFates(int events)
{
    private readonly Dictionary<byte[], string> _fates = new(ReferenceEqualityComparer.Instance);

    public int Stored { get; private set; }

    public int Duplicates { get; private set; }

    public int DeadLettered { get; private set; }

    public int Pending => events - _fates.Count;

    public string Of(byte[] value) => _fates.GetValueOrDefault(value, "pending");

    public void AddStored(byte[] value)
    {
        Stored++;
        _fates.Add(value, "stored");
    }

    public void AddDuplicate(byte[] value)
    {
        Duplicates++;
        _fates.Add(value, "duplicate");
    }

    public void AddDeadLettered(byte[] value)
    {
        DeadLettered++;
        _fates.Add(value, "deadLettered");
    }
}
