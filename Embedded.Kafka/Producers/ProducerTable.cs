using System.Text;
using Embedded.Kafka.Log;
using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Producers;

/// <summary>
/// All idempotent producers of one partition. Rebuilt at start from the newest snapshot plus the batches behind it, so a retry
/// is recognized across a restart. Guarded by the log's lock.
/// </summary>
internal sealed class ProducerTable
{
    private readonly Dictionary<long, ProducerState> _producers = [];

    public int Count => _producers.Count;

    public KafkaError Check(in RecordBatch batch, out ProducerState.Stored? stored)
    {
        stored = null;
        return batch.HasProducer && _producers.TryGetValue(batch.ProducerId, out var state) ? state.Check(batch, out stored) : KafkaError.None;
    }

    public void Remember(in RecordBatch batch, DateTimeOffset now)
    {
        if (!batch.HasProducer) return;
        if (!_producers.TryGetValue(batch.ProducerId, out var state)) _producers[batch.ProducerId] = state = new ProducerState();
        state.Remember(batch, now);
    }

    /// <summary>Forgets producers that wrote nothing since the given time.</summary>
    public void Expire(DateTimeOffset before)
    {
        foreach (var (id, state) in _producers)
            if (state.LastSeen < before) _producers.Remove(id);
    }

    public byte[] Snapshot()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(_producers.Count);
        foreach (var (id, state) in _producers)
        {
            writer.Write(id);
            writer.Write(state.Epoch);
            writer.Write(state.LastSeen.ToUnixTimeMilliseconds());
            writer.Write(state.Batches.Count);
            foreach (var batch in state.Batches)
            {
                writer.Write(batch.FirstSequence);
                writer.Write(batch.LastSequence);
                writer.Write(batch.BaseOffset);
                writer.Write(batch.NextOffset);
            }
        }
        writer.Write(Crc32C.Of(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <summary>False when the snapshot is damaged; the table is then unchanged.</summary>
    public bool TryRestore(byte[] snapshot)
    {
        if (snapshot.Length < 8 || BitConverter.ToUInt32(snapshot, snapshot.Length - 4) != Crc32C.Of(snapshot.AsSpan(0, snapshot.Length - 4))) return false;
        using var reader = new BinaryReader(new MemoryStream(snapshot));
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var state = new ProducerState();
            var id = reader.ReadInt64();
            var epoch = reader.ReadInt16();
            var seen = DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64());
            for (var batches = reader.ReadInt32(); batches > 0; batches--)
            {
                var stored = new ProducerState.Stored(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64());
                state.Remember(epoch, stored, seen);
            }
            _producers[id] = state;
        }
        return true;
    }
}
