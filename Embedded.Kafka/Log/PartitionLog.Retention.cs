using System.Buffers.Binary;
using Microsoft.Extensions.Logging;

namespace Embedded.Kafka.Log;

/// <summary>Dropping old records: by age, by size, or on request. The active segment always stays.</summary>
internal sealed partial class PartitionLog
{
    /// <summary>
    /// Age is the time since the broker wrote the segment's last batch, not the records' own timestamps: late events keep their full
    /// retention and a wrong clock of a client neither deletes nor immortalizes anything.
    /// </summary>
    public void ApplyRetention(TimeSpan forgetProducersAfter)
    {
        lock (_gate)
        {
            if (_closed) return;
            var now = _environment.Time.GetUtcNow();
            _producers.Expire(now - forgetProducersAfter);
            if (_config.RetentionMs >= 0)
            {
                var before = now - TimeSpan.FromMilliseconds(Math.Min(_config.RetentionMs, 1e12));
                DropWhile(s => s.LastAppend < before, "older than retention.ms");
            }
            if (_config.RetentionBytes < 0) return;
            var total = _segments.Sum(s => (long)s.Size);
            DropWhile(s => total - s.Size >= _config.RetentionBytes && (total -= s.Size) >= 0, "over retention.bytes");
        }
    }

    /// <summary>Moves the start of the log; -1 means the high watermark. Null when the offset lies outside the log.</summary>
    public long? DeleteBefore(long offset)
    {
        lock (_gate)
        {
            if (offset == -1) offset = _highWatermark;
            if (_closed || offset < 0 || offset > _highWatermark) return null;
            if (offset <= StartOffset) return StartOffset;
            WriteStart(offset);
            StartOffset = offset;
            DropWhile(s => s.NextOffset <= offset, "deleted on request");
            return StartOffset;
        }
    }

    private void DropWhile(Func<Segment, bool> drops, string reason)
    {
        while (_segments.Count > 1 && _segments[0] is { } oldest && oldest.NextOffset <= _highWatermark && drops(oldest))
        {
            try
            {
                oldest.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogAppendFailed(Name, e.Message);
                return;
            }
            _segments.RemoveAt(0);
            _unsynced.Remove(oldest);
            StartOffset = Math.Max(StartOffset, _segments[0].BaseOffset);
            LogSegmentDropped(Name, oldest.BaseOffset, oldest.NextOffset - 1, oldest.Size, reason);
        }
    }

    private long ReadStart() => DurableFile.ReadIfThere(_startFile) is { Length: 8 } bytes ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;

    private void WriteStart(long offset)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, offset);
        DurableFile.Replace(_startFile, bytes);
    }

    [LoggerMessage(LogLevel.Information, "Dropped offsets {First} to {Last} of {Partition}, {Bytes} bytes: {Reason}")]
    private partial void LogSegmentDropped(string partition, long first, long last, int bytes, string reason);
}
