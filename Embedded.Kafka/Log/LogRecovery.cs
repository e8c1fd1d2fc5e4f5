using Embedded.Kafka.Producers;
using Microsoft.Extensions.Logging;

namespace Embedded.Kafka.Log;

/// <summary>
/// Opens a partition's files after any kind of stop. Sealed segments with an index file were synced completely and are trusted;
/// every other segment is checked batch by batch and cut at the first torn one. What follows a torn segment that was never
/// synced cannot have been acknowledged (syncs go from old to new), so it is dropped.
/// </summary>
internal sealed partial class LogRecovery(string directory, TimeProvider time, ILogger logger)
{
    private readonly List<Segment> _segments = [];

    public ProducerTable Producers { get; } = new();

    public List<Segment> Open()
    {
        foreach (var baseOffset in BaseOffsets())
        {
            if (!File.Exists(Segment.PathOf(directory, baseOffset))) continue; // dropped behind a torn one
            var segment = Segment.Open(directory, baseOffset);
            _segments.Add(segment);
            if (segment.TryLoadIndex()) continue;
            if (!Scan(segment)) DropAfter(baseOffset);
        }
        RemoveSideFilesWithoutSegment();
        RestoreProducers();
        return _segments;
    }

    private List<long> BaseOffsets() =>
        [.. Directory.EnumerateFiles(directory, "*" + Segment.Extension)
            .Select(f => long.TryParse(Path.GetFileNameWithoutExtension(f), out var b) ? b : -1).Where(b => b >= 0).Order()];

    /// <summary>False when the segment had to be cut.</summary>
    private bool Scan(Segment segment)
    {
        var length = (int)Math.Min(RandomAccess.GetLength(segment.Handle), int.MaxValue);
        using (var scanner = new BatchScanner(segment, 0, length))
        {
            while (scanner.MoveNext())
            {
                if (scanner.Current.BaseOffset < segment.NextOffset || scanner.Current.LastOffsetDelta < 0) break;
                if (!RecordBatch.ChecksumMatches(scanner.CurrentBytes())) break;
                segment.Count(scanner.Current);
            }
        }
        if (segment.Size == length) return true;
        LogTornTailCut(segment.Path, length - segment.Size, segment.NextOffset);
        segment.CutTail();
        return false;
    }

    private void DropAfter(long baseOffset)
    {
        foreach (var later in BaseOffsets().Where(b => b > baseOffset))
        {
            var segment = Segment.Open(directory, later);
            // An index file proves that the later one was synced, so it may hold acknowledged records: the damage before it is not a torn write.
            if (File.Exists(segment.IndexPath))
            {
                LogDamageBeforeSyncedSegment(segment.Path);
                segment.Dispose();
                return;
            }
            LogUnsyncedSegmentDropped(segment.Path, RandomAccess.GetLength(segment.Handle));
            segment.Delete();
        }
    }

    private void RemoveSideFilesWithoutSegment()
    {
        foreach (var file in Directory.EnumerateFiles(directory).Where(f => Path.GetExtension(f) is ".index" or ".producers"))
            if (!File.Exists(Path.ChangeExtension(file, Segment.Extension))) File.Delete(file);
    }

    private void RestoreProducers()
    {
        var from = 0;
        for (var i = _segments.Count - 1; i >= 0; i--)
        {
            if (DurableFile.ReadIfThere(_segments[i].ProducersPath) is not { } snapshot || !Producers.TryRestore(snapshot)) continue;
            from = i;
            break;
        }
        var now = time.GetUtcNow();
        foreach (var segment in _segments.Skip(from))
        {
            using var scanner = new BatchScanner(segment, 0, segment.Size);
            while (scanner.MoveNext()) Producers.Remember(scanner.Current, now);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Cut {Bytes} bytes of a torn write from {Path}; the log ends at offset {EndOffset}")]
    private partial void LogTornTailCut(string path, int bytes, long endOffset);

    [LoggerMessage(LogLevel.Warning, "Dropped {Path} ({Bytes} bytes): it follows a torn write, so nothing in it was acknowledged")]
    private partial void LogUnsyncedSegmentDropped(string path, long bytes);

    [LoggerMessage(LogLevel.Error, "Damage before the synced segment {Path}: records in between are lost, the segment is kept")]
    private partial void LogDamageBeforeSyncedSegment(string path);
}
