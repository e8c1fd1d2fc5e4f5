using System.Buffers.Binary;
using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Log;

/// <summary>Reading: whole batches from the offset's batch on, and the offset of a time.</summary>
internal sealed partial class PartitionLog
{
    /// <summary>Bytes a reader at this offset could get, as far as its segment goes.</summary>
    public int Available(long offset)
    {
        lock (_gate)
        {
            if (_closed || offset < StartOffset || offset >= _highWatermark) return 0;
            var segment = SegmentOf(offset);
            return segment.Size - segment.Index.PositionFor(offset);
        }
    }

    /// <summary>
    /// Appends whole batches to the answer, none beyond the high watermark. On request the first batch is given even when it
    /// alone is larger than the limit, so that a reader never gets stuck before it.
    /// </summary>
    public KafkaError Read(long offset, int limit, bool atLeastOne, ResponseWriter answer)
    {
        Segment segment;
        int position, end;
        long until;
        lock (_gate)
        {
            if (_closed) return KafkaError.UnknownTopicOrPartition;
            if (offset < StartOffset || offset > EndOffset) return KafkaError.OffsetOutOfRange;
            until = _highWatermark;
            if (offset >= until) return KafkaError.None;
            segment = SegmentOf(offset);
            position = segment.Index.PositionFor(offset);
            end = segment.Size;
        }
        try
        {
            CopyBatches(segment, position, end, offset, until, limit, atLeastOne, answer);
            return KafkaError.None;
        }
        catch (ObjectDisposedException)
        {
            // Retention or a topic deletion closed the file between the look-up and the read.
            return IsClosed ? KafkaError.UnknownTopicOrPartition : KafkaError.OffsetOutOfRange;
        }
        catch (IOException e)
        {
            LogReadFailed(Name, e.Message);
            return KafkaError.KafkaStorageError;
        }
    }

    /// <summary>
    /// The first record with this timestamp or a later one; null when there is none. Exact for uncompressed batches;
    /// for a compressed batch the answer is its first offset with its highest timestamp, never too late.
    /// </summary>
    public (long Offset, long Timestamp)? FindTime(long timestamp)
    {
        (Segment Segment, int From, int To)[] places;
        lock (_gate)
        {
            if (_closed) return null;
            places = [.. _segments.Where(s => s.MaxTimestamp >= timestamp && s.NextOffset > StartOffset)
                .Select(s => (s, s.Index.PositionForTime(timestamp), s.Size))];
        }
        foreach (var (segment, from, to) in places)
        {
            using var scanner = new BatchScanner(segment, from, to);
            while (scanner.MoveNext() && scanner.Current.BaseOffset < HighWatermark)
            {
                if (scanner.Current.MaxTimestamp < timestamp || scanner.Current.NextOffset <= StartOffset) continue;
                if (RecordTimes.FirstAtOrAfter(scanner.Current, scanner.CurrentBytes(), timestamp, StartOffset) is { } found) return found;
            }
        }
        return null;
    }

    private static void CopyBatches(Segment segment, int position, int end, long offset, long until, int limit, bool atLeastOne, ResponseWriter answer)
    {
        using (var scanner = new BatchScanner(segment, position, end))
        {
            do
            {
                if (!scanner.MoveNext() || scanner.Current.BaseOffset >= until) return;
            }
            while (scanner.Current.NextOffset <= offset);
            position = scanner.Position;
            if (limit < scanner.Current.Size && !atLeastOne) return;
            limit = Math.Min(Math.Max(limit, scanner.Current.Size), end - position);
        }
        var target = answer.Reserve(limit).Span;
        var read = 0;
        while (read < limit)
        {
            var count = RandomAccess.Read(segment.Handle, target[read..], position + read);
            if (count == 0) break;
            read += count;
        }
        answer.Shorten(limit - WholeBatches(target[..read], until));
    }

    private static int WholeBatches(ReadOnlySpan<byte> bytes, long until)
    {
        var whole = 0;
        while (RecordBatch.SizeOf(bytes[whole..]) is var size and > 0 && size <= bytes.Length - whole
            && BinaryPrimitives.ReadInt64BigEndian(bytes[whole..]) < until)
        {
            whole += size;
        }
        return whole;
    }

    /// <summary>The segment that holds the offset or, over a gap, the next one.</summary>
    private Segment SegmentOf(long offset)
    {
        int low = 0, high = _segments.Count - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_segments[middle].NextOffset > offset) high = middle;
            else low = middle + 1;
        }
        return _segments[low];
    }

    [Microsoft.Extensions.Logging.LoggerMessage(Microsoft.Extensions.Logging.LogLevel.Error, "Could not read {Partition}: {Reason}")]
    private partial void LogReadFailed(string partition, string reason);
}
