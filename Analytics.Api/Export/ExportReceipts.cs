using Microsoft.Extensions.Options;

namespace Analytics.Api.Export;

/// <summary>What became of an export. HTTP/1.1 has no trailers here, so a client asks for it afterwards.</summary>
/// <param name="Status"><c>running</c>, <c>complete</c>, or <c>aborted</c>: what arrived is not all.</param>
/// <param name="Rows">Once it has ended; of an aborted one, those that were written, which may be more than arrived.</param>
/// <param name="Bytes">Of the body without compression.</param>
/// <param name="Sha256">Of the body without compression, in hexadecimal.</param>
/// <param name="Next">The cursor to go on with after a <c>limit</c>; null when everything was sent.</param>
internal sealed record ExportReceipt(
    string Id, string Format, string Status, DateTimeOffset Started, DateTimeOffset? Ended = null,
    long? Rows = null, long? Bytes = null, string? Sha256 = null, string? Next = null)
{
    public const string Running = "running", Complete = "complete", Aborted = "aborted";
}

/// <summary>The receipts of this process, for a while. Another one's are not here: clients ask where they exported.</summary>
internal sealed class ExportReceipts(IOptions<ExportOptions> options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Tenant, ExportReceipt Receipt)> _receipts = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    public ExportReceipt Begin(string tenant, string format)
    {
        var receipt = new ExportReceipt(Guid.CreateVersion7().ToString("n"), format, ExportReceipt.Running, clock.GetUtcNow());
        lock (_lock)
        {
            while (_order.TryPeek(out var oldest) && (_order.Count >= options.Value.MaxReceipts || HasExpired(oldest)))
                _receipts.Remove(_order.Dequeue());
            _order.Enqueue(receipt.Id);
            _receipts[receipt.Id] = (tenant, receipt);
        }

        return receipt;
    }

    public void End(string tenant, ExportReceipt receipt)
    {
        lock (_lock)
            if (_receipts.ContainsKey(receipt.Id))
                _receipts[receipt.Id] = (tenant, receipt with { Ended = clock.GetUtcNow() });
    }

    /// <summary>Null when there is none of that tenant.</summary>
    public ExportReceipt? Find(string tenant, string id)
    {
        lock (_lock)
            return _receipts.TryGetValue(id, out var found) && found.Tenant == tenant && !HasExpired(id) ? found.Receipt : null;
    }

    // One that runs is kept, whatever its age.
    private bool HasExpired(string id) =>
        _receipts[id].Receipt.Ended is { } ended && clock.GetUtcNow() - ended > options.Value.ReceiptLifetime;
}
