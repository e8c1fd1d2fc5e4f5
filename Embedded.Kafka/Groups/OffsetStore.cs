using System.Collections.Concurrent;
using System.Text;
using Embedded.Kafka.Log;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Embedded.Kafka.Groups;

/// <summary>A committed position with the text the consumer gave along.</summary>
internal readonly record struct Committed(string Topic, int Partition, long Offset, int LeaderEpoch, string Metadata);

/// <summary>
/// The committed positions of all groups in one append-only file. One commit request is one checksummed record, so its positions,
/// of however many topics, survive a crash together or not at all. Rewritten from memory when most of it is outdated.
/// </summary>
internal sealed partial class OffsetStore : IDisposable
{
    private const int CompactFrom = 4 * 1024 * 1024;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<(string Topic, int Partition), Committed>> _groups = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly LogEnvironment _environment;
    private readonly ILogger _logger;
    private readonly GroupCommit _commit;
    private SafeFileHandle _handle;
    private long _size;
    private long _position;
    private long _compactAt = CompactFrom;

    public OffsetStore(string directory, LogEnvironment environment)
    {
        (_environment, _logger) = (environment, environment.Logger);
        _path = Path.Combine(directory, "offsets.log");
        _handle = DurableFile.OpenForAppend(_path);
        DurableFile.SyncDirectory(directory);
        Load();
        RandomAccess.FlushToDisk(_handle);
        _commit = new GroupCommit(environment.Flush, Sync);
        _commit.StartAt(_position);
    }

    public long Bytes { get { lock (_gate) return _size; } }

    /// <summary>Stores all positions of one request; the task completes when they are on disk. They are visible at once, but see <see cref="FlushedAsync"/>.</summary>
    public Task Commit(string group, IReadOnlyList<Committed> positions) => Append(new OffsetRecord(OffsetRecord.Commit, group, positions));

    public Task DeleteGroup(string group) => Append(new OffsetRecord(OffsetRecord.DeleteGroup, group, []));

    public Task DeletePositions(string group, IEnumerable<(string Topic, int Partition)> which) =>
        Append(new OffsetRecord(OffsetRecord.DeletePositions, group, [.. which.Select(w => new Committed(w.Topic, w.Partition, -1, -1, ""))]));

    public Task DeleteTopic(string topic) => Append(new OffsetRecord(OffsetRecord.DeleteTopic, topic, []));

    /// <summary>Who reads positions waits for this first, so that nobody acts on one that power loss could take back.</summary>
    public Task FlushedAsync()
    {
        lock (_gate) return _environment.SyncsAlways ? _commit.WaitFor(_position) : Task.CompletedTask;
    }

    public Committed? Find(string group, string topic, int partition)
    {
        lock (_gate)
            return _groups.TryGetValue(group, out var positions) && positions.TryGetValue((topic, partition), out var found) ? found : null;
    }

    public IReadOnlyList<Committed> Of(string group)
    {
        lock (_gate) return _groups.TryGetValue(group, out var positions) ? [.. positions.Values] : [];
    }

    public IReadOnlyList<string> Groups()
    {
        lock (_gate) return [.. _groups.Keys];
    }

    /// <summary>Forgets positions of topics that are gone: a crash may have come between deleting a topic and noting it here.</summary>
    public void KeepOnly(Func<string, bool> topicExists)
    {
        string[] gone;
        lock (_gate) gone = [.. _groups.Values.SelectMany(g => g.Keys).Select(k => k.Topic).Distinct().Where(t => !topicExists(t))];
        foreach (var topic in gone) _ = DeleteTopic(topic);
    }

    /// <summary>Completes when everything stored so far is on disk, in every mode.</summary>
    public Task FlushAsync()
    {
        lock (_gate) return _commit.WaitFor(_position);
    }

    public void SyncInBackground()
    {
        lock (_gate)
        {
            if (!_commit.Failed) _ = _commit.WaitFor(_position).ContinueWith(static t => _ = t.Exception, TaskContinuationOptions.OnlyOnFaulted);
        }
    }

    public void Dispose()
    {
        lock (_gate) _handle.Dispose();
    }

    private Task Append(OffsetRecord record)
    {
        var bytes = record.ToBytes();
        lock (_gate)
        {
            if (_environment.RefusesAppends()) throw new IOException("appends are refused");
            if (_size > _compactAt) Compact();
            try
            {
                RandomAccess.Write(_handle, bytes, _size);
            }
            catch (IOException)
            {
                RandomAccess.SetLength(_handle, _size);
                throw;
            }
            _size += bytes.Length;
            _position += bytes.Length;
            record.ApplyTo(_groups);
            if (_environment.SyncsAlways) return _commit.Appended(_position);
            _commit.AppendedUnsynced(_position);
            return Task.CompletedTask;
        }
    }

    private void Sync()
    {
        SafeFileHandle handle;
        lock (_gate) handle = _handle;
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (ObjectDisposedException) when (handle != _handle)
        {
            // Compaction replaced the file meanwhile; it synced the new one, which holds everything.
        }
    }

    private void Load()
    {
        var bytes = File.ReadAllBytes(_path);
        var at = 0;
        while (OffsetRecord.TryRead(bytes.AsSpan(at), out var record, out var length))
        {
            record.ApplyTo(_groups);
            at += length;
        }
        _size = at;
        if (at == bytes.Length) return;
        LogTornTailCut(_path, bytes.Length - at);
        RandomAccess.SetLength(_handle, at);
    }

    private void Compact()
    {
        var next = _path + ".next";
        File.Delete(next);
        var handle = DurableFile.OpenForAppend(next);
        long size = 0;
        foreach (var (group, positions) in _groups)
        {
            foreach (var part in positions.Values.Chunk(1000))
            {
                var bytes = new OffsetRecord(OffsetRecord.Commit, group, part).ToBytes();
                RandomAccess.Write(handle, bytes, size);
                size += bytes.Length;
            }
        }
        RandomAccess.FlushToDisk(handle);
        File.Move(next, _path, overwrite: true);
        DurableFile.SyncDirectory(Path.GetDirectoryName(_path)!);
        LogCompacted(_size, size);
        var old = _handle;
        _handle = handle;
        _size = size;
        _compactAt = Math.Max(CompactFrom, 4 * size);
        old.Dispose();
    }

    [LoggerMessage(LogLevel.Warning, "Cut {Bytes} bytes of a torn write from {Path}")]
    private partial void LogTornTailCut(string path, int bytes);

    [LoggerMessage(LogLevel.Information, "Compacted the committed offsets from {Before} to {After} bytes")]
    private partial void LogCompacted(long before, long after);
}
