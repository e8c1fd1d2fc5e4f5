using Confluent.Kafka;
using Ingestion.Worker.Batch;
using Ingestion.Worker.Dedup;
using Ingestion.Worker.Offsets;
using Ingestion.Worker.Streams;

namespace Ingestion.Worker.Lanes;

/// <summary>
/// One assigned partition on its way: the batch that is being filled, the one that is being stored, and what may be committed.
/// Everything here runs on the pipeline's thread; only <see cref="Writing"/> and <see cref="Loading"/> run elsewhere.
/// </summary>
internal sealed class Lane(RecordStream stream, TopicPartition partition, IngestionOptions options, int maxIds, Identity identity, TimeProvider time)
    : IDisposable
{
    private const int JumpsToBelieve = 3;
    private readonly CancellationTokenSource ownership = new();
    private readonly Stack<RowBlock> spare = [];
    private readonly Dictionary<long, string> poison = [];
    private DedupWindow window = new(options.DedupWindow, maxIds);
    private int maxRows = options.MaxBatchRows;
    private long shrunkUntil = -1;
    private long replayLast = -1;
    private bool passedOver;
    private long? toCommit;
    private long jumpTo = -1;
    private int jumpsSeen;

    public RecordStream Stream => stream;

    public TopicPartition Partition => partition;

    /// <summary>This lane's share of the ids that the worker may remember.</summary>
    public int MaxIds
    {
        get => window.MaxIds;
        set => window.MaxIds = value;
    }

    public Identity Identity => identity;

    /// <summary>Cancelled when the partition is taken away.</summary>
    public CancellationToken Ownership => ownership.Token;

    public LaneState State { get; private set; } = LaneState.Assigned;

    /// <summary>The next offset to read.</summary>
    public long Next { get; private set; }

    /// <summary>Everything before it is stored.</summary>
    public long StoredUpTo { get; private set; }

    public PartitionBatch? Filling { get; private set; }

    public PartitionBatch? InFlight { get; private set; }

    public Task<BatchOutcome>? Writing { get; private set; }

    public Task<DedupWindow>? Loading { get; private set; }

    public int RememberedIds => window.Count;

    public bool Paused { get; set; }

    /// <summary>No more fits until the batch has been handed over. A replay takes its whole range, however large.</summary>
    public bool IsFull => Filling is not null && replayLast < 0 && IsLarge(Filling);

    public bool HasWork => InFlight is not null || toCommit is not null || (State == LaneState.Running && Filling is { Records: > 0 });

    /// <summary>Starts to load from the committed position. An intent is replayed as exactly the range that it names.</summary>
    public void Load(Position position, Func<Lane, long, Task<DedupWindow>> load)
    {
        StoredUpTo = Next = position.Next;
        passedOver = false;
        replayLast = position.HasIntent && shrunkUntil < position.Next ? position.IntentLast : -1;
        State = LaneState.Loading;
        Loading = load(this, position.Next);
    }

    /// <summary>Takes the finished window over; the consumer must now be moved to <see cref="Next"/>.</summary>
    public void TakeWindow(DedupWindow loaded)
    {
        loaded.MaxIds = MaxIds;
        window = loaded;
        Loading = null;
        State = LaneState.Loaded;
    }

    public void Run() => State = LaneState.Running;

    /// <summary>Adds a record to the batch. Records that are not the next ones of a running lane are left for later.</summary>
    public void Add(in LogRecord record)
    {
        if (State != LaneState.Running || record.Offset < Next)
        {
            return;
        }

        if (record.Offset == Next)
        {
            jumpsSeen = 0; // no gap: what was expected is there
        }
        else if (!IsGapOfTheLog(record.Offset))
        {
            State = LaneState.Loaded;
            return;
        }

        if (replayLast >= 0 && record.Offset > replayLast)
        {
            EndReplayAt(replayLast);
            passedOver = true;
            return;
        }

        Filling ??= NewBatch();
        Filling.Add(record, window, time, poison.GetValueOrDefault(record.Offset));
        Next = record.Offset + 1;
    }

    // The client may still hand out what it had fetched before it was moved, so a jump ahead is believed only when the same one
    // comes again after moving back: then the offsets between really hold no records.
    private bool IsGapOfTheLog(long offset)
    {
        jumpsSeen = jumpTo == offset ? jumpsSeen + 1 : 1;
        jumpTo = offset;
        return jumpsSeen >= JumpsToBelieve;
    }

    /// <summary>The log ends at <paramref name="end"/>; a replay that waits for more will not get it.</summary>
    public void ReachedEnd(long end)
    {
        if (State == LaneState.Running && replayLast >= end)
        {
            EndReplayAt(end - 1);
        }
    }

    /// <summary>Whether the batch should be stored now.</summary>
    public bool IsDue(bool draining)
    {
        if (State != LaneState.Running || Filling is not { } batch || InFlight is not null)
        {
            return false;
        }

        return replayLast >= 0
            ? batch.Last >= replayLast
            : IsLarge(batch) || (batch.Records > 0 && (draining || time.GetElapsedTime(batch.Opened) >= options.FlushInterval));
    }

    /// <summary>The commit that must succeed before the batch may be inserted.</summary>
    public Position IntentPosition() => new(partition, Filling!.First, Filling.Last);

    /// <summary>The commit for what is stored, when no further batch waits to carry it along.</summary>
    public Position? IdlePosition(bool draining) =>
        toCommit is { } next && InFlight is null && (draining || Filling is not { Records: > 0 })
            ? Position.Idle(partition, next)
            : null;

    public void Committed() => toCommit = null;

    /// <summary>Hands the batch over; the intent has been committed.</summary>
    public void Write(Func<Lane, PartitionBatch, Task<BatchOutcome>> write)
    {
        toCommit = null;
        InFlight = Filling;
        Filling = null;
        replayLast = -1;
        if (passedOver)
        {
            // The client has handed out what follows the replay, and will not do so again by itself.
            (passedOver, State) = (false, LaneState.Loaded);
        }

        Writing = write(this, InFlight!);
    }

    /// <summary>Takes the result of a finished write.</summary>
    public void Finish(BatchOutcome outcome)
    {
        var batch = InFlight!;
        InFlight = null;
        Writing = null;
        if (outcome.Refusal is { } reason)
        {
            Isolate(batch, reason);
            return;
        }

        toCommit = StoredUpTo = batch.Last + 1;
        if (StoredUpTo > shrunkUntil)
        {
            maxRows = options.MaxBatchRows;
            poison.Clear();
        }

        batch.Block.Clear();
        spare.Push(batch.Block);
    }

    /// <summary>Ends ownership: what is in flight is cancelled, what is not stored stays in the log for the next owner.</summary>
    public void Dispose()
    {
        ownership.Cancel();
        Filling?.Dispose();
        Filling = null;
        while (spare.TryPop(out var block))
        {
            block.Dispose();
        }

        // A write in flight still reads its block: it is left to the garbage collector.
        ownership.Dispose();
    }

    private bool IsLarge(PartitionBatch batch) => batch.Records >= maxRows || batch.Bytes >= options.MaxBatchBytes || batch.SpansTooLong;

    private void EndReplayAt(long last)
    {
        Filling ??= NewBatch();
        Filling.ExtendTo(last);
        replayLast = last;
        Next = last + 1;
    }

    private PartitionBatch NewBatch() =>
        new(spare.TryPop(out var block) ? block : stream.CreateBlock(identity), partition.Topic, partition.Partition.Value, Next);

    // The engine refuses the rows: half the batch size until one record is left, which then is the one to set aside.
    private void Isolate(PartitionBatch batch, string reason)
    {
        if (batch.Records == 1)
        {
            poison[batch.Last] = reason;
        }

        shrunkUntil = Math.Max(shrunkUntil, batch.Last + 1);
        maxRows = Math.Max(1, batch.Records / 2);
        batch.Dispose();
        Filling?.Dispose();
        Filling = null;
        toCommit = null;
        State = LaneState.Assigned;
    }
}
