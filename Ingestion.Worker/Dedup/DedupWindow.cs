namespace Ingestion.Worker.Dedup;

/// <summary>
/// The ids of one partition that were stored within the dedup window. Time is that of receipt, carried by the records, so
/// that a replay decides as the first pass did. Kept in generations: the newest takes new ids, a generation is dropped
/// whole once the window has passed all of it, or earlier when more than <see cref="MaxIds"/> are held.
/// </summary>
internal sealed class DedupWindow(TimeSpan window, int maxIds)
{
    /// <summary>How many generations a full window has; also the slice of it that one generation spans.</summary>
    public const int Generations = 4;

    private readonly long windowMs = (long)window.TotalMilliseconds;
    private readonly LinkedList<Generation> generations = [];

    public int Count { get; private set; }

    /// <summary>The most ids held; may change while in use, when the worker gets or gives up partitions.</summary>
    public int MaxIds { get; set; } = maxIds;

    public long SliceMs => Math.Max(1, windowMs / Generations);

    /// <summary>True when the id is new, which from then on is remembered; false for a repeat.</summary>
    public bool TryAdd(UInt128 identity, long receivedMs)
    {
        Expire(receivedMs);
        foreach (var generation in generations)
        {
            if (generation.Ids.Contains(identity))
            {
                return false;
            }
        }

        Newest(receivedMs).Add(identity, receivedMs);
        Count++;
        while (Count > MaxIds && generations.Count > 1)
        {
            DropOldest();
        }

        return true;
    }

    private Generation Newest(long receivedMs)
    {
        var newest = generations.First?.Value;
        if (newest is null || newest.Ids.Count >= Math.Max(1, MaxIds / Generations) || receivedMs - newest.Started > SliceMs)
        {
            newest = new Generation(receivedMs);
            generations.AddFirst(newest);
        }

        return newest;
    }

    private void Expire(long receivedMs)
    {
        while (generations.Last is { } oldest && oldest.Value.Latest < receivedMs - windowMs)
        {
            DropOldest();
        }
    }

    private void DropOldest()
    {
        Count -= generations.Last!.Value.Ids.Count;
        generations.RemoveLast();
    }

    private sealed class Generation(long started)
    {
        public IdentitySet Ids { get; } = new();

        public long Started { get; } = started;

        public long Latest { get; private set; } = started;

        public void Add(UInt128 identity, long receivedMs)
        {
            Ids.Add(identity);
            Latest = Math.Max(Latest, receivedMs);
        }
    }
}
