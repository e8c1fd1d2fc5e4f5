using Microsoft.Extensions.Options;

namespace Analytics.Api.Ingest;

/// <summary>The memory all requests share. Whoever gets no more is refused with 429 rather than queued, so memory is bounded.</summary>
internal sealed class InFlightBytes(IOptions<IngestOptions> options)
{
    private readonly long _limit = options.Value.MaxInFlightBytes;
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    /// <exception cref="IngestException">There is no room.</exception>
    public void Take(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= _limit)
            return;
        Give(bytes);
        throw new IngestException(IngestRefusal.Busy, "Requests in flight hold all the memory there is for them; try again.");
    }

    public void Give(long bytes) => Interlocked.Add(ref _used, -bytes);
}
