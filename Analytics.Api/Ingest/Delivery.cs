using Confluent.Kafka;

namespace Analytics.Api.Ingest;

/// <summary>
/// The acknowledgements of one request: counts the delivery callbacks down and completes once, whatever the number of
/// records. Callbacks come from the producer's polling thread, and from the producing one when a record is refused at once.
/// </summary>
internal sealed class Delivery
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<Position>? _positions;
    private HashSet<byte[]>? _failed;
    private int _pending;

    /// <param name="records">How many acknowledgements to wait for.</param>
    /// <param name="keepPositions">Whether <see cref="Positions"/> is wanted.</param>
    public Delivery(int records, bool keepPositions)
    {
        _pending = records;
        _positions = keepPositions ? new List<Position>(records) : null;
        Handler = OnReport; // one delegate for all records
    }

    public Action<DeliveryReport<byte[], byte[]>> Handler { get; }

    public Task Done => _done.Task;

    /// <summary>The values (by reference) that were not acknowledged; null when all were. Complete once <see cref="Done"/>.</summary>
    public IReadOnlySet<byte[]>? Failed => _failed;

    /// <summary>Why the first of them failed.</summary>
    public Error? FirstError { get; private set; }

    /// <summary>Where the acknowledged ones lie. Complete once <see cref="Done"/>.</summary>
    public IReadOnlyList<Position> Positions => _positions ?? [];

    public void Fail(byte[] value, Error error)
    {
        lock (_lock)
        {
            FirstError ??= error;
            (_failed ??= new HashSet<byte[]>(ReferenceEqualityComparer.Instance)).Add(value);
        }

        CountDown();
    }

    private void OnReport(DeliveryReport<byte[], byte[]> report)
    {
        if (report.Error.IsError)
        {
            Fail(report.Message.Value, report.Error);
            return;
        }

        if (_positions is not null)
        {
            lock (_lock)
                _positions.Add(new Position(report.Message.Value, report.Partition.Value, report.Offset.Value));
        }

        CountDown();
    }

    private void CountDown()
    {
        if (Interlocked.Decrement(ref _pending) == 0)
            _done.SetResult();
    }
}

/// <summary>Where a record lies on the log; <paramref name="Value"/> identifies it by reference.</summary>
internal readonly record struct Position(byte[] Value, int Partition, long Offset);
