using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Embedded.Kafka.Log;

/// <summary>One file of a partition's log, named after its first offset. Changed only under the log's lock; read without it.</summary>
internal sealed class Segment : IDisposable
{
    public const string Extension = ".log";

    private Segment(string path, long baseOffset, SafeFileHandle handle)
    {
        Path = path;
        BaseOffset = NextOffset = baseOffset;
        Handle = handle;
    }

    public string Path { get; }

    public long BaseOffset { get; }

    public SafeFileHandle Handle { get; }

    public SegmentIndex Index { get; private set; } = new();

    public int Size { get; private set; }

    public long NextOffset { get; private set; }

    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>When the broker wrote the first and the last batch, by its own clock.</summary>
    public DateTimeOffset FirstAppend { get; private set; }

    public DateTimeOffset LastAppend { get; private set; }

    /// <summary>The directory entry is not known to be on disk.</summary>
    public bool IsNew { get; set; }

    public bool IsSealed { get; set; }

    public string IndexPath => System.IO.Path.ChangeExtension(Path, ".index");

    public string ProducersPath => System.IO.Path.ChangeExtension(Path, ".producers");

    public static string PathOf(string directory, long baseOffset) =>
        System.IO.Path.Combine(directory, baseOffset.ToString("D20", CultureInfo.InvariantCulture) + Extension);

    public static Segment Open(string directory, long baseOffset)
    {
        var path = PathOf(directory, baseOffset);
        var isNew = !File.Exists(path);
        var segment = new Segment(path, baseOffset, DurableFile.OpenForAppend(path)) { IsNew = isNew };
        segment.LastAppend = segment.FirstAppend = isNew ? DateTimeOffset.MaxValue : File.GetLastWriteTimeUtc(path);
        return segment;
    }

    /// <summary>Writes one placed batch at the end.</summary>
    public void Append(ReadOnlySpan<byte> bytes, in RecordBatch batch, DateTimeOffset now)
    {
        RandomAccess.Write(Handle, bytes, Size);
        if (Size == 0) FirstAppend = now;
        LastAppend = now;
        Count(batch);
    }

    /// <summary>Counts a batch that is in the file at the present end.</summary>
    public void Count(in RecordBatch batch)
    {
        Index.Add(batch.BaseOffset, Size, MaxTimestamp);
        Size += batch.Size;
        NextOffset = batch.NextOffset;
        MaxTimestamp = Math.Max(MaxTimestamp, batch.MaxTimestamp);
    }

    /// <summary>Cuts away what lies behind the counted batches: a torn write.</summary>
    public void CutTail() => RandomAccess.SetLength(Handle, Size);

    /// <summary>Syncs the file, then its directory entry if that is new; for a sealed segment the index file follows.</summary>
    public void Sync(bool isSealed)
    {
        RandomAccess.FlushToDisk(Handle);
        if (IsNew)
        {
            DurableFile.SyncDirectory(System.IO.Path.GetDirectoryName(Path)!);
            IsNew = false;
        }
        if (isSealed) WriteIndex();
    }

    /// <summary>Only saves the next start a scan, so a full disk here is no reason to stop the log.</summary>
    private void WriteIndex()
    {
        try
        {
            File.WriteAllBytes(IndexPath, Index.ToFile(Size, NextOffset, MaxTimestamp));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A missing or torn index file leads to a scan.
        }
    }

    /// <summary>Takes size, offsets and index from the index file instead of scanning; false when the two do not belong together.</summary>
    public bool TryLoadIndex()
    {
        if (DurableFile.ReadIfThere(IndexPath) is not { } bytes || SegmentIndex.FromFile(bytes) is not { } found) return false;
        if (found.Size != RandomAccess.GetLength(Handle)) return false;
        (Index, Size, NextOffset, MaxTimestamp) = found;
        IsSealed = true;
        return true;
    }

    public void Dispose() => Handle.Dispose();

    public void Delete()
    {
        Dispose();
        File.Delete(IndexPath);
        File.Delete(ProducersPath);
        File.Delete(Path);
    }
}
