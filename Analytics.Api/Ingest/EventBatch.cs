using System.Text;
using Analytics.Contracts;

namespace Analytics.Api.Ingest;

/// <summary>One accepted event, ready for the log.</summary>
/// <param name="Index">Its position in the request.</param>
/// <param name="Key">See <see cref="EventKey"/>.</param>
/// <param name="Value">Canonical JSON.</param>
internal readonly record struct EventRecord(int Index, byte[] Key, byte[] Value);

/// <summary>A refused event.</summary>
internal sealed record RejectedEvent(int Index, string? Id, string Code, string Message);

/// <summary>An event that came without an id, and the id it got.</summary>
internal readonly record struct AssignedId(int Index, Guid Id);

/// <summary>All events of one request, checked, before any of them is sent.</summary>
internal sealed class EventBatch(string tenant, TimeProvider clock, IngestOptions options)
{
    private readonly byte[] _tenant = Encoding.UTF8.GetBytes(tenant);

    /// <summary>When the request came, in Unix milliseconds.</summary>
    public long Received { get; } = clock.GetUtcNow().ToUnixTimeMilliseconds();

    public List<EventRecord> Records { get; } = [];

    /// <summary>At most <see cref="IngestOptions.MaxRejectedListed"/> of the refused ones.</summary>
    public List<RejectedEvent> Rejected { get; } = [];

    public int RejectedCount { get; private set; }

    public List<AssignedId> Assigned { get; } = [];

    /// <summary>Refused events per code, for the metrics.</summary>
    public Dictionary<string, int> RejectedByCode { get; } = new(StringComparer.Ordinal);

    public string TenantName => tenant;

    public ReadOnlySpan<byte> Tenant => _tenant;

    private int Count => Records.Count + RejectedCount;

    /// <summary>Takes the event that <paramref name="reader"/> has read.</summary>
    public void Accept(EventReader reader)
    {
        CheckRoom();
        Span<byte> assigned = stackalloc byte[36];
        var id = reader.HasId ? reader.Id : Assign(assigned);
        Records.Add(new EventRecord(Count, EventKey.Create(_tenant, reader.Subject, id), EventWriter.ToArray(reader.Current, id)));
    }

    /// <summary>Takes bytes that a reader has found to be an event, unchanged.</summary>
    public void AcceptAsIs(byte[] key, byte[] value) => Records.Add(new EventRecord(Count, key, value));

    /// <summary>Notes that the event is refused.</summary>
    public void Reject(EventReader reader, EventError error) => Reject(reader.HasId ? Encoding.UTF8.GetString(reader.Id) : null, error);

    public void Reject(string? id, EventError error)
    {
        CheckRoom();
        if (Rejected.Count < options.MaxRejectedListed)
            Rejected.Add(new RejectedEvent(Count, id, error.Code, error.Message));
        RejectedCount++;
        RejectedByCode[error.Code] = RejectedByCode.GetValueOrDefault(error.Code) + 1;
    }

    private ReadOnlySpan<byte> Assign(Span<byte> text)
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        id.TryFormat(text, out _);
        Assigned.Add(new AssignedId(Count, id));
        return text;
    }

    private void CheckRoom()
    {
        if (Count >= options.MaxEventsPerRequest)
            throw new IngestException(IngestRefusal.TooManyEvents, $"A request may have at most {options.MaxEventsPerRequest} events.");
    }
}
