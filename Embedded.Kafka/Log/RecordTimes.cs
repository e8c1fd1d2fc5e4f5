namespace Embedded.Kafka.Log;

/// <summary>Looks into an uncompressed batch for the first record of a time.</summary>
internal static class RecordTimes
{
    public static (long Offset, long Timestamp)? FirstAtOrAfter(in RecordBatch batch, ReadOnlySpan<byte> bytes, long timestamp, long fromOffset)
    {
        if (batch.IsCompressed) return (Math.Max(batch.BaseOffset, fromOffset), batch.MaxTimestamp);
        var at = RecordBatch.HeaderSize;
        for (var i = 0; i < batch.Count; i++)
        {
            if (!TryVarint(bytes, ref at, out var length) || length < 0 || length > bytes.Length - at) return (batch.BaseOffset, batch.MaxTimestamp);
            var inRecord = at + 1; // attributes
            at += (int)length;
            if (!TryVarint(bytes, ref inRecord, out var timeDelta) || !TryVarint(bytes, ref inRecord, out var offsetDelta)) continue;
            var offset = batch.BaseOffset + offsetDelta;
            if (batch.FirstTimestamp + timeDelta >= timestamp && offset >= fromOffset) return (offset, batch.FirstTimestamp + timeDelta);
        }
        return null;
    }

    /// <summary>A zigzag-encoded variable-length number.</summary>
    private static bool TryVarint(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        ulong raw = 0;
        for (var shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            var b = bytes[at++];
            raw |= (ulong)(b & 0x7f) << shift;
            if (b >= 0x80) continue;
            value = (long)(raw >> 1) ^ -(long)(raw & 1);
            return true;
        }
        value = 0;
        return false;
    }
}
