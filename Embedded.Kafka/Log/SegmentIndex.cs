using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Embedded.Kafka.Log;

/// <summary>
/// Where batches lie in one segment: one entry per 32 KiB, kept in memory and, once the segment is sealed and synced, in a file
/// beside it. An index file therefore proves that its segment reached the disk completely.
/// </summary>
internal sealed class SegmentIndex
{
    private const int Interval = 32 * 1024;
    private const uint Magic = 0x414B4931; // "AKI1"
    private const int FileHeader = 40;
    private readonly List<Entry> _entries = [];
    private int _nextAt;

    /// <summary>One entry: everything before <see cref="Position"/> is older than <see cref="Offset"/> and has timestamps up to <see cref="MaxTimestampBefore"/>.</summary>
    public readonly record struct Entry(long Offset, long MaxTimestampBefore, int Position);

    /// <summary>Called for each batch before it is counted into the segment.</summary>
    public void Add(long offset, int position, long maxTimestampBefore)
    {
        if (position < _nextAt) return;
        _entries.Add(new Entry(offset, maxTimestampBefore, position));
        _nextAt = position + Interval;
    }

    /// <summary>A position at or before the batch that holds the offset.</summary>
    public int PositionFor(long offset) => Last(offset, static (e, wanted) => e.Offset <= wanted);

    /// <summary>A position at or before the first batch with a record of this time or later.</summary>
    public int PositionForTime(long timestamp) => Last(timestamp, static (e, wanted) => e.MaxTimestampBefore < wanted);

    public void Truncate(int size)
    {
        _entries.RemoveAll(e => e.Position >= size);
        _nextAt = _entries.Count == 0 ? 0 : _entries[^1].Position + Interval;
    }

    public byte[] ToFile(int size, long nextOffset, long maxTimestamp)
    {
        var entries = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_entries));
        var file = new byte[FileHeader + entries.Length + 4];
        BinaryPrimitives.WriteUInt32LittleEndian(file, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), size);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(8), nextOffset);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(16), maxTimestamp);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), _entries.Count);
        entries.CopyTo(file.AsSpan(FileHeader));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(file.Length - 4), Crc32C.Of(file.AsSpan(0, file.Length - 4)));
        return file;
    }

    /// <summary>Null when the file is damaged.</summary>
    public static (SegmentIndex Index, int Size, long NextOffset, long MaxTimestamp)? FromFile(byte[] file)
    {
        if (file.Length < FileHeader + 4 || BinaryPrimitives.ReadUInt32LittleEndian(file) != Magic) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(file.Length - 4)) != Crc32C.Of(file.AsSpan(0, file.Length - 4))) return null;
        var index = new SegmentIndex();
        index._entries.AddRange(MemoryMarshal.Cast<byte, Entry>(file.AsSpan(FileHeader, file.Length - FileHeader - 4)));
        if (index._entries.Count != BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(24))) return null;
        return (index, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4)),
            BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(8)), BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(16)));
    }

    private int Last(long wanted, Func<Entry, long, bool> holds)
    {
        int low = 0, high = _entries.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (holds(_entries[middle], wanted)) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? 0 : _entries[low - 1].Position;
    }
}
