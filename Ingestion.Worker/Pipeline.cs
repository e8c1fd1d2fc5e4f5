using Confluent.Kafka;
using Ingestion.Worker.Consume;
using Ingestion.Worker.Lanes;
using Ingestion.Worker.Offsets;
using Ingestion.Worker.Streams;
using Ingestion.Worker.Telemetry;
using Ingestion.Worker.Write;
using Microsoft.Extensions.Options;

namespace Ingestion.Worker;

/// <summary>
/// The loop of the worker, on one thread of its own: consume, decode and batch; commit the intents of the batches that are due;
/// insert them; move the offsets. Only inserts and loading run beside it. See docs/delivery.md.
/// </summary>
internal sealed partial class Pipeline(
    Startup startup,
    ConsumerFactory consumers,
    LaneSet lanes,
    LaneLoader loader,
    BatchWriter writer,
    OffsetLedger offsets,
    PipelineStatus status,
    IngestionTelemetry telemetry,
    IOptions<IngestionOptions> options,
    TimeProvider time,
    ILogger<Pipeline> logger) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FullFor = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly RecordReader records = new();
    private readonly AutoResetEvent wake = new(false);
    private long retryAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        telemetry.ObserveLag(status.LagMeasurements);
        telemetry.ObserveDedupIds(() => status.RememberedIds);
        await startup.Ready.WaitAsync(stoppingToken);
        await Task.Factory.StartNew(
            () => RunUntilStopped(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void RunUntilStopped(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Run(stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogRestarted(e, RestartDelay);
                stopping.WaitHandle.WaitOne(RestartDelay);
            }
            finally
            {
                lanes.DropAll();
            }
        }
    }

    private void Run(CancellationToken stopping)
    {
        using var consumer = consumers.CreateMember(Assigned, Revoked, Lost);
        try
        {
            consumer.Subscribe(RecordStream.All.Select(stream => stream.Topic));
            while (!stopping.IsCancellationRequested)
            {
                Advance(consumer);
                CommitThenWrite(consumer, draining: false);
                Consume(consumer);
            }

            Drain(consumer);
        }
        catch
        {
            // Nothing may be committed any more: the next owner replays what has been begun.
            lanes.DropAll();
            throw;
        }
        finally
        {
            Leave(consumer);
        }
    }

    // However the loop ends: a member that goes without a word keeps its partitions until its session has timed out.
    private void Leave(IConsumer<byte[]?, byte[]?> consumer)
    {
        status.Left();
        try
        {
            consumer.Close();
        }
        catch (KafkaException e)
        {
            LogBroker("leave the group", e.Error.Reason);
        }
    }

    // Lanes whose loading or writing has ended take the next step.
    private void Advance(IConsumer<byte[]?, byte[]?> consumer)
    {
        foreach (var lane in lanes)
        {
            if (lane.State == LaneState.Assigned && lane.Writing is null && time.GetTimestamp() >= retryAt)
            {
                StartLoading(consumer, lane);
            }

            if (lane.Loading is { IsCompletedSuccessfully: true } loaded)
            {
                lane.TakeWindow(loaded.GetAwaiter().GetResult());
            }

            if (lane.State == LaneState.Loaded)
            {
                MoveTo(consumer, lane);
            }

            if (lane.Writing is { IsCompleted: true } written)
            {
                lane.Finish(written.GetAwaiter().GetResult());
            }
        }

        status.Update(lanes, consumer);
    }

    private void StartLoading(IConsumer<byte[]?, byte[]?> consumer, Lane lane)
    {
        try
        {
            var bounds = consumer.QueryWatermarkOffsets(lane.Partition, BrokerTimeout);
            var log = new LogBounds(bounds.Low.Value, bounds.High.Value);
            var committed = OffsetLedger.Read(consumer, lane.Partition, log.Start, BrokerTimeout);
            var position = committed;
            if (committed.Next < log.Start || committed.Next > log.End)
            {
                // Retention was faster than the worker, or the log is shorter than it was: nothing here can bring it back.
                position = Position.Idle(lane.Partition, Math.Clamp(committed.Next, log.Start, log.End));
                LogGone(lane.Partition.Topic, lane.Partition.Partition.Value, committed.Next, log.Start, log.End);
            }

            consumer.Pause([lane.Partition]);
            lane.Load(position, (self, _) => Waking(Task.Run(() => loader.LoadAsync(self, position, log, self.Ownership))));
        }
        catch (KafkaException e)
        {
            Postpone();
            LogBroker("read the committed offsets", e.Error.Reason);
        }
    }

    private void MoveTo(IConsumer<byte[]?, byte[]?> consumer, Lane lane)
    {
        try
        {
            consumer.Seek(new TopicPartitionOffset(lane.Partition, lane.Next));
            consumer.Resume([lane.Partition]);
            lane.Run();
        }
        catch (KafkaException e)
        {
            // The client has not begun to fetch the partition yet; the next round tries again.
            LogBroker("seek", e.Error.Reason);
        }
    }

    // Intent first: no insert is sent before the group has accepted the range that it covers.
    private void CommitThenWrite(IConsumer<byte[]?, byte[]?> consumer, bool draining)
    {
        if (time.GetTimestamp() < retryAt)
        {
            return;
        }

        var due = lanes.Where(lane => lane.IsDue(draining)).ToList();
        var stored = lanes.Except(due).Where(lane => lane.IdlePosition(draining) is not null).ToList();
        if (due.Count + stored.Count == 0)
        {
            return;
        }

        switch (offsets.Commit(consumer, [.. due.Select(lane => lane.IntentPosition()), .. stored.Select(lane => lane.IdlePosition(draining)!.Value)]))
        {
            case CommitOutcome.Committed:
                stored.ForEach(lane => lane.Committed());
                due.ForEach(lane => lane.Write((self, batch) => Waking(Task.Run(() => writer.WriteAsync(batch, batch.Token, self.Ownership)))));
                break;
            case CommitOutcome.Fenced:
                // A commit that a rebalance overtook is refused as well, and a cooperative rebalance does not assign again what the
                // member keeps: those lanes start over. What is really lost goes when the client says so.
                lanes.DropAll();
                Postpone();
                consumer.Assignment.ForEach(lanes.Add);
                break;
            case CommitOutcome.NoTwin:
                startup.AddTwins();
                Postpone();
                break;
            default:
                Postpone();
                break;
        }
    }

    // Reads until the next flush may be due, or until a batch is full while another one is being inserted.
    private void Consume(IConsumer<byte[]?, byte[]?> consumer)
    {
        if (lanes.Any(lane => lane.IsFull && !lane.Paused))
        {
            if (!wake.WaitOne(FullFor))
            {
                lanes.PauseFull(consumer);
            }

            return;
        }

        lanes.ResumeReady(consumer);
        var started = time.GetTimestamp();
        var wait = Tick;
        while (consumer.Consume(wait) is { } result)
        {
            wait = TimeSpan.Zero;
            if (lanes.Find(result.TopicPartition) is not { } lane)
            {
                continue;
            }

            if (result.IsPartitionEOF)
            {
                lane.ReachedEnd(result.Offset.Value);
            }
            else
            {
                lane.Add(records.Read(result));
            }

            if (lane.IsFull || time.GetElapsedTime(started) > Tick)
            {
                return;
            }
        }
    }

    // A stop stores and commits what has been read, as long as there is time; the rest stays in the log.
    private void Drain(IConsumer<byte[]?, byte[]?> consumer)
    {
        var started = time.GetTimestamp();
        while (lanes.Any(lane => lane.HasWork) && time.GetElapsedTime(started) < options.Value.DrainTimeout)
        {
            Advance(consumer);
            CommitThenWrite(consumer, draining: true);
            wake.WaitOne(Tick);
        }
    }

    private void Assigned(IConsumer<byte[]?, byte[]?> consumer, List<TopicPartition> partitions)
    {
        partitions.ForEach(partition => lanes.Add(partition));
        status.Joined(lanes, consumer);
    }

    // The last chance to commit what these partitions have in flight; without it the next owner would only repeat the insert.
    private void Revoked(IConsumer<byte[]?, byte[]?> consumer, List<TopicPartitionOffset> partitions)
    {
        var leaving = partitions.Select(entry => lanes.Find(entry.TopicPartition)).OfType<Lane>().ToList();
        var started = time.GetTimestamp();
        while (leaving.Any(lane => lane.Writing is { IsCompleted: false }) && time.GetElapsedTime(started) < BrokerTimeout)
        {
            wake.WaitOne(Tick);
        }

        foreach (var lane in leaving.Where(lane => lane.Writing is { IsCompletedSuccessfully: true }))
        {
            lane.Finish(lane.Writing!.GetAwaiter().GetResult());
        }

        var stored = leaving.Select(lane => lane.IdlePosition(draining: true)).OfType<Position>().ToList();
        if (stored.Count > 0)
        {
            offsets.Commit(consumer, stored);
        }

        leaving.ForEach(lanes.Drop);
    }

    private void Lost(IConsumer<byte[]?, byte[]?> consumer, List<TopicPartitionOffset> partitions) =>
        partitions.ForEach(entry => lanes.Drop(entry.TopicPartition));

    private void Postpone() => retryAt = time.GetTimestamp() + (long)(options.Value.RetryDelay.TotalSeconds * time.TimestampFrequency);

    private Task<T> Waking<T>(Task<T> task)
    {
        _ = task.ContinueWith(_ => wake.Set(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    [LoggerMessage(LogLevel.Error, "The pipeline failed and starts again in {Delay}")]
    private partial void LogRestarted(Exception failure, TimeSpan delay);

    [LoggerMessage(LogLevel.Error, "{Topic}/{Partition} was committed at {Committed}, but the log spans {Start} to {End}")]
    private partial void LogGone(string topic, int partition, long committed, long start, long end);

    [LoggerMessage(LogLevel.Warning, "Could not {Action}: {Reason}")]
    private partial void LogBroker(string action, string reason);

    public override void Dispose()
    {
        wake.Dispose();
        telemetry.Dispose();
        base.Dispose();
    }
}
