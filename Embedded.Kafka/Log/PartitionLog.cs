using Embedded.Kafka.Producers;
using Embedded.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace Embedded.Kafka.Log;

/// <summary>What an append led to. <see cref="Durable"/> completes when the batch may be acknowledged.</summary>
internal readonly record struct AppendResult(KafkaError Error, long BaseOffset, Task Durable)
{
    public static AppendResult Refused(KafkaError error) => new(error, -1, Task.CompletedTask);
}

/// <summary>
/// One partition: segments, producers and the three offsets. Consumers see only what is on disk: the high watermark is the
/// end of the last sync, so power loss can never take back an offset that somebody has read.
/// </summary>
internal sealed partial class PartitionLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Segment> _segments;
    private readonly List<Segment> _unsynced = [];
    private readonly HashSet<FetchWaiter> _waiters = [];
    private readonly ProducerTable _producers;
    private readonly GroupCommit _commit;
    private readonly LogEnvironment _environment;
    private readonly ILogger _logger;
    private readonly string _startFile;
    private TopicConfig _config;
    private bool _closed;
    private long _highWatermark;

    public PartitionLog(string directory, string name, TopicConfig config, LogEnvironment environment)
    {
        Directory.CreateDirectory(directory);
        (Name, _config, _environment, _logger) = (name, config, environment, environment.Logger);
        var recovery = new LogRecovery(directory, environment.Time, environment.Logger);
        _segments = recovery.Open();
        _producers = recovery.Producers;
        DirectoryPath = directory;
        _startFile = Path.Combine(directory, "start-offset");
        StartOffset = ReadStart();
        if (_segments.Count == 0) _segments.Add(Segment.Open(directory, StartOffset));
        StartOffset = Math.Max(StartOffset, _segments[0].BaseOffset);
        EndOffset = _highWatermark = Active.NextOffset;
        foreach (var segment in _segments.SkipLast(1).Where(s => !s.IsSealed)) Seal(segment);
        Active.IsSealed = false;
        // After a crash the tail may be only in the page cache; it is about to be shown to readers and confirmed to retries.
        Active.Sync(isSealed: false);
        _unsynced.Add(Active);
        _commit = new GroupCommit(environment.Flush, Sync, AdvanceHighWatermark);
        _commit.StartAt(EndOffset);
    }

    public string Name { get; }

    public string DirectoryPath { get; }

    public long StartOffset { get; private set; }

    /// <summary>The offset the next record gets.</summary>
    public long EndOffset { get; private set; }

    /// <summary>One past the last record that consumers may see.</summary>
    public long HighWatermark => Volatile.Read(ref _highWatermark);

    public bool IsClosed => Volatile.Read(ref _closed);

    public long Bytes { get { lock (_gate) return _segments.Sum(s => (long)s.Size); } }

    public int SegmentCount { get { lock (_gate) return _segments.Count; } }

    private Segment Active => _segments[^1];

    public void Configure(TopicConfig config)
    {
        lock (_gate) _config = config;
    }

    /// <summary>Appends one batch; its base offset is written into the given bytes.</summary>
    public AppendResult Append(Span<byte> bytes)
    {
        var error = RecordBatch.Validate(bytes, _config.MaxMessageBytes, out var batch);
        if (error != KafkaError.None) return AppendResult.Refused(error);
        lock (_gate)
        {
            if (_closed) return AppendResult.Refused(KafkaError.UnknownTopicOrPartition);
            if (_commit.Failed || _environment.RefusesAppends()) return AppendResult.Refused(KafkaError.KafkaStorageError);
            error = _producers.Check(batch, out var stored);
            if (stored is { } known) return new AppendResult(KafkaError.None, known.BaseOffset, WhenDurable(known.NextOffset));
            if (error != KafkaError.None) return AppendResult.Refused(error);
            return Write(bytes, batch with { BaseOffset = EndOffset });
        }
    }

    /// <summary>Completes when everything appended so far is on disk.</summary>
    public Task FlushAsync()
    {
        lock (_gate) return _closed ? Task.CompletedTask : _commit.WaitFor(EndOffset);
    }

    /// <summary>For the mode that syncs in intervals: queues a sync when there is something new.</summary>
    public void SyncInBackground()
    {
        lock (_gate)
        {
            if (_closed || _commit.Failed) return;
            _ = _commit.WaitFor(EndOffset).ContinueWith(static t => _ = t.Exception, TaskContinuationOptions.OnlyOnFaulted);
        }
    }

    public void AddWaiter(FetchWaiter waiter)
    {
        lock (_gate) _waiters.Add(waiter);
    }

    public void RemoveWaiter(FetchWaiter waiter)
    {
        lock (_gate) _waiters.Remove(waiter);
    }

    /// <summary>Closes the files; later calls are answered as if the partition did not exist.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            foreach (var waiter in _waiters) waiter.Signal();
            foreach (var segment in _segments) segment.Dispose();
        }
    }

    private AppendResult Write(Span<byte> bytes, in RecordBatch batch)
    {
        try
        {
            RollIfFull(bytes.Length);
            RecordBatch.Place(bytes, batch.BaseOffset);
            Active.Append(bytes, batch, _environment.Time.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogAppendFailed(Name, e.Message);
            CutQuietly();
            return AppendResult.Refused(KafkaError.KafkaStorageError);
        }
        _producers.Remember(batch, Active.LastAppend);
        EndOffset = batch.NextOffset;
        if (_environment.SyncsAlways) return new AppendResult(KafkaError.None, batch.BaseOffset, _commit.Appended(EndOffset));
        _commit.AppendedUnsynced(EndOffset);
        AdvanceHighWatermark(EndOffset);
        return new AppendResult(KafkaError.None, batch.BaseOffset, Task.CompletedTask);
    }

    private Task WhenDurable(long offset) => _environment.SyncsAlways ? _commit.WaitFor(offset) : Task.CompletedTask;

    /// <summary>A half-written batch must not stay: the next one is written over it, but a crash before that would leave it.</summary>
    private void CutQuietly()
    {
        try
        {
            Active.CutTail();
        }
        catch (IOException e)
        {
            LogAppendFailed(Name, e.Message);
        }
    }

    private void RollIfFull(int bytes)
    {
        if (Active.Size == 0) return;
        var old = _environment.Time.GetUtcNow() - Active.FirstAppend >= TimeSpan.FromMilliseconds(Math.Min(_config.SegmentMs, 1e12));
        if (!old && (long)Active.Size + bytes <= _config.SegmentBytes) return;
        Roll();
    }

    private void Roll()
    {
        var next = Segment.Open(DirectoryPath, EndOffset);
        File.WriteAllBytes(next.ProducersPath, _producers.Snapshot());
        Active.IsSealed = true;
        _segments.Add(next);
        _unsynced.Add(next);
    }

    private static void Seal(Segment segment)
    {
        segment.IsSealed = true;
        segment.Sync(isSealed: true);
    }

    /// <summary>Runs on a flush thread, not under the lock: appends go on meanwhile.</summary>
    private void Sync()
    {
        Segment[] dirty;
        lock (_gate) dirty = [.. _unsynced];
        foreach (var segment in dirty)
        {
            // Read before the sync: an append between the sync and the roll would not be covered by it.
            var isSealed = segment.IsSealed;
            try
            {
                segment.Sync(isSealed);
            }
            catch (ObjectDisposedException) when (IsDropped(segment))
            {
                continue;
            }
            if (!isSealed) continue;
            lock (_gate) _unsynced.Remove(segment);
        }
    }

    private bool IsDropped(Segment segment)
    {
        lock (_gate) return _closed || !_segments.Contains(segment);
    }

    private void AdvanceHighWatermark(long offset)
    {
        FetchWaiter[] waiting;
        lock (_gate)
        {
            if (offset <= _highWatermark) return;
            Volatile.Write(ref _highWatermark, offset);
            if (_waiters.Count == 0) return;
            waiting = [.. _waiters];
        }
        foreach (var waiter in waiting) waiter.Signal();
    }

    [LoggerMessage(LogLevel.Error, "Could not append to {Partition}: {Reason}")]
    private partial void LogAppendFailed(string partition, string reason);
}
