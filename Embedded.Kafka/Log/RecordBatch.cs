using System.Buffers.Binary;
using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Log;

/// <summary>
/// The header of a record batch of format 2. A batch is stored as the client sent it; only the base offset and the leader
/// epoch are overwritten, which the checksum (bytes 21 to the end) does not cover.
/// </summary>
internal readonly record struct RecordBatch(
    long BaseOffset, int Size, short Attributes, int LastOffsetDelta, long FirstTimestamp, long MaxTimestamp,
    long ProducerId, short ProducerEpoch, int BaseSequence, int Count)
{
    public const int HeaderSize = 61;

    /// <summary>Bytes before those that the length field counts.</summary>
    public const int Prefix = 12;

    private const int CrcAt = 17;
    private const int CrcFrom = 21;

    public long NextOffset => BaseOffset + LastOffsetDelta + 1;

    public bool HasProducer => ProducerId >= 0;

    /// <summary>The sequence of the last record; sequences wrap from int.MaxValue to 0.</summary>
    public int LastSequence => Sequence.Add(BaseSequence, LastOffsetDelta);

    public bool IsTransactional => (Attributes & 0x10) != 0;

    public bool IsControl => (Attributes & 0x20) != 0;

    public bool IsCompressed => (Attributes & 0x07) != 0;

    /// <summary>The whole size of the batch that starts here, or -1 when these bytes cannot be the start of one.</summary>
    public static int SizeOf(ReadOnlySpan<byte> start)
    {
        if (start.Length < HeaderSize || start[16] != 2) return -1;
        var length = BinaryPrimitives.ReadInt32BigEndian(start[8..]);
        return length < HeaderSize - Prefix || length > int.MaxValue - Prefix ? -1 : length + Prefix;
    }

    public static RecordBatch Read(ReadOnlySpan<byte> b) => new(
        BinaryPrimitives.ReadInt64BigEndian(b),
        BinaryPrimitives.ReadInt32BigEndian(b[8..]) + Prefix,
        BinaryPrimitives.ReadInt16BigEndian(b[21..]),
        BinaryPrimitives.ReadInt32BigEndian(b[23..]),
        BinaryPrimitives.ReadInt64BigEndian(b[27..]),
        BinaryPrimitives.ReadInt64BigEndian(b[35..]),
        BinaryPrimitives.ReadInt64BigEndian(b[43..]),
        BinaryPrimitives.ReadInt16BigEndian(b[51..]),
        BinaryPrimitives.ReadInt32BigEndian(b[53..]),
        BinaryPrimitives.ReadInt32BigEndian(b[57..]));

    public static bool ChecksumMatches(ReadOnlySpan<byte> batch) =>
        BinaryPrimitives.ReadUInt32BigEndian(batch[CrcAt..]) == Crc32C.Of(batch[CrcFrom..]);

    /// <summary>Gives the batch its place in the log.</summary>
    public static void Place(Span<byte> batch, long baseOffset)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[12..], 0);
    }

    /// <summary>Decides whether what a client sent may be appended: exactly one sound batch of format 2.</summary>
    public static KafkaError Validate(ReadOnlySpan<byte> batch, int largest, out RecordBatch header)
    {
        header = default;
        if (batch.Length < HeaderSize) return KafkaError.CorruptMessage;
        if (batch[16] != 2) return KafkaError.InvalidRecord;
        if (SizeOf(batch) != batch.Length) return KafkaError.CorruptMessage;
        if (batch.Length > largest) return KafkaError.MessageTooLarge;
        if (!ChecksumMatches(batch)) return KafkaError.CorruptMessage;
        header = Read(batch);
        if (header.Count <= 0 || header.LastOffsetDelta != header.Count - 1) return KafkaError.InvalidRecord;
        if (header.IsControl) return KafkaError.InvalidRecord;
        if (header.IsTransactional) return KafkaError.TransactionalIdAuthorizationFailed;
        if (header.HasProducer && (header.ProducerEpoch < 0 || header.BaseSequence < 0)) return KafkaError.InvalidRecord;
        return KafkaError.None;
    }
}
