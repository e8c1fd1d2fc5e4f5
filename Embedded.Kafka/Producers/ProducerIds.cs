using System.Buffers.Binary;
using Embedded.Kafka.Log;

namespace Embedded.Kafka.Producers;

/// <summary>Hands out producer ids, never one twice: a block is reserved on disk (synced) before its first id is used.</summary>
internal sealed class ProducerIds
{
    private const int Block = 1000;
    private readonly Lock _gate = new();
    private readonly string _path;
    private long _next;
    private long _reservedTo;

    public ProducerIds(string directory)
    {
        _path = Path.Combine(directory, "producer-ids");
        if (DurableFile.ReadIfThere(_path) is { Length: 8 } bytes) _next = _reservedTo = BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    public long Next()
    {
        lock (_gate)
        {
            if (_next == _reservedTo)
            {
                var bytes = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(bytes, _reservedTo + Block);
                DurableFile.Replace(_path, bytes);
                _reservedTo += Block;
            }
            return _next++;
        }
    }
}
