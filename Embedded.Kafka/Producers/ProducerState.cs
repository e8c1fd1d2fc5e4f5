using Embedded.Kafka.Log;
using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Producers;

/// <summary>What one partition remembers of one idempotent producer: its epoch and its last five batches.</summary>
internal sealed class ProducerState
{
    /// <summary>Clients keep at most five requests in flight, so a retry is always among these.</summary>
    public const int Remembered = 5;

    private readonly Queue<Stored> _batches = new(Remembered);

    public readonly record struct Stored(int FirstSequence, int LastSequence, long BaseOffset, long NextOffset);

    public short Epoch { get; private set; } = -1;

    public DateTimeOffset LastSeen { get; set; }

    public IReadOnlyCollection<Stored> Batches => _batches;

    private int LastSequence { get; set; } = -1;

    /// <summary>None: append it. DuplicateSequenceNumber with a found batch: answer that batch's offset instead of storing again.</summary>
    public KafkaError Check(in RecordBatch batch, out Stored? stored)
    {
        stored = null;
        if (Epoch < 0) return KafkaError.None;
        if (batch.ProducerEpoch < Epoch) return KafkaError.InvalidProducerEpoch;
        if (batch.ProducerEpoch > Epoch) return batch.BaseSequence == 0 ? KafkaError.None : KafkaError.OutOfOrderSequenceNumber;
        foreach (var known in _batches)
        {
            if (known.FirstSequence != batch.BaseSequence || known.LastSequence != batch.LastSequence) continue;
            stored = known;
            return KafkaError.DuplicateSequenceNumber;
        }
        if (batch.BaseSequence == Sequence.Add(LastSequence, 1)) return KafkaError.None;
        return batch.LastSequence == LastSequence || Sequence.Before(batch.LastSequence, LastSequence)
            ? KafkaError.DuplicateSequenceNumber
            : KafkaError.OutOfOrderSequenceNumber;
    }

    public void Remember(in RecordBatch batch, DateTimeOffset now)
    {
        Remember(batch.ProducerEpoch, new Stored(batch.BaseSequence, batch.LastSequence, batch.BaseOffset, batch.NextOffset), now);
    }

    public void Remember(short epoch, Stored stored, DateTimeOffset now)
    {
        if (epoch != Epoch) _batches.Clear();
        Epoch = epoch;
        if (_batches.Count == Remembered) _batches.Dequeue();
        _batches.Enqueue(stored);
        LastSequence = stored.LastSequence;
        LastSeen = now;
    }
}
