using System.Buffers.Binary;
using Embedded.Kafka.Log;

namespace Embedded.Kafka.Tests;

/// <summary>Builds record batches of format 2.</summary>
internal static class Batch
{
    public static byte[] Of(
        int count = 1, long producer = -1, short epoch = -1, int sequence = -1, long[]? times = null, int valueSize = 10, short attributes = 0)
    {
        times ??= [.. Enumerable.Repeat(1_000L, count)];
        using var records = new MemoryStream();
        for (var i = 0; i < count; i++) WriteRecord(records, times[i] - times[0], i, valueSize);
        var batch = new byte[RecordBatch.HeaderSize + records.Length];
        records.ToArray().CopyTo(batch, RecordBatch.HeaderSize);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - RecordBatch.Prefix);
        batch[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(21), attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(23), count - 1);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(27), times[0]);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(35), times.Max());
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), producer);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(51), epoch);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(53), sequence);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), count);
        return Sign(batch);
    }

    public static byte[] Sign(byte[] batch)
    {
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Of(batch.AsSpan(21)));
        return batch;
    }

    private static void WriteRecord(MemoryStream to, long timeDelta, int offsetDelta, int valueSize)
    {
        using var body = new MemoryStream();
        body.WriteByte(0);
        Varint(body, timeDelta);
        Varint(body, offsetDelta);
        Varint(body, -1); // no key
        Varint(body, valueSize);
        body.Write(new byte[valueSize]);
        Varint(body, 0); // no headers
        Varint(to, body.Length);
        body.WriteTo(to);
    }

    private static void Varint(MemoryStream to, long value)
    {
        var raw = (ulong)((value << 1) ^ (value >> 63));
        for (; raw >= 0x80; raw >>= 7) to.WriteByte((byte)(raw | 0x80));
        to.WriteByte((byte)raw);
    }
}
