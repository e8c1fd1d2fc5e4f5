using System.Text;
using Confluent.Kafka;
using Ingestion.Worker.Batch;
using Ingestion.Worker.Dedup;
using Ingestion.Worker.Lanes;
using Ingestion.Worker.Offsets;
using Ingestion.Worker.Streams;
using Microsoft.Extensions.Time.Testing;

namespace Ingestion.Worker.Tests.Lanes;

public sealed class LaneTests : IDisposable
{
    private static readonly TopicPartition Partition = new("analytics.events", 0);
    private readonly FakeTimeProvider time = new();
    private readonly IngestionOptions options = new() { FlushInterval = TimeSpan.FromSeconds(1), MaxBatchRows = 10 };
    private Lane lane;

    public LaneTests() => lane = NewLane();

    public void Dispose() => lane.Dispose();

    [Fact]
    public void A_batch_is_due_when_its_first_record_has_waited_long_enough()
    {
        Start(next: 5);
        Add(5);
        Assert.False(lane.IsDue(draining: false));

        time.Advance(options.FlushInterval);

        Assert.True(lane.IsDue(draining: false));
        Assert.Equal(new Position(Partition, 5, 5), lane.IntentPosition());
    }

    [Fact]
    public void A_full_batch_is_due_at_once()
    {
        Start(next: 0);
        for (var offset = 0; offset < 10; offset++)
        {
            Add(offset);
        }

        Assert.True(lane.IsDue(draining: false));
        Assert.Equal(new Position(Partition, 0, 9), lane.IntentPosition());
    }

    [Fact]
    public void A_batch_whose_records_were_received_in_too_many_months_is_due_at_once()
    {
        options.MaxBatchRows = 1_000;
        lane.Dispose();
        lane = NewLane();
        var month = new DateTimeOffset(1990, 1, 15, 0, 0, 0, TimeSpan.Zero);
        Start(next: 0);

        for (var offset = 0; !lane.IsDue(draining: false); offset++)
        {
            Add(offset, month.AddMonths(offset / 2).ToUnixTimeMilliseconds());
        }

        // Each of these records may be the first of its month, and 100 months are what the engine takes.
        Assert.InRange(lane.IntentPosition().IntentLast, 50, 99);
    }

    [Fact]
    public void An_intent_is_replayed_as_exactly_the_range_it_names()
    {
        Start(next: 3, intentLast: 6);
        Add(3);
        Add(4);
        time.Advance(options.FlushInterval * 10);
        Assert.False(lane.IsDue(draining: true));

        Add(5);
        Add(6);
        Assert.True(lane.IsDue(draining: false));

        Add(7);
        Assert.Equal(6, lane.Filling!.Last);
    }

    [Fact]
    public void What_came_before_a_replay_was_handed_over_is_read_again()
    {
        Start(next: 3, intentLast: 3);
        Add(3);
        Add(4);

        lane.Write((_, _) => new TaskCompletionSource<BatchOutcome>().Task);

        Assert.Equal(LaneState.Loaded, lane.State); // the consumer is moved to where the lane goes on
        Assert.Equal(4, lane.Next);
    }

    [Fact]
    public void What_showed_that_an_intent_ends_in_a_gap_is_read_again()
    {
        Start(next: 3, intentLast: 4);
        Add(3);
        for (var i = 0; i < 3; i++)
        {
            lane.Run();
            Add(5);
        }

        lane.Write((_, _) => new TaskCompletionSource<BatchOutcome>().Task);

        Assert.Equal(LaneState.Loaded, lane.State);
        Assert.Equal(5, lane.Next);
    }

    [Fact]
    public void A_replay_longer_than_the_log_ends_where_the_log_ends()
    {
        Start(next: 3, intentLast: 6);
        Add(3);
        Add(4);

        lane.ReachedEnd(5);

        Assert.True(lane.IsDue(draining: false));
        Assert.Equal(new Position(Partition, 3, 4), lane.IntentPosition());
    }

    [Fact]
    public void A_record_fetched_ahead_of_a_seek_is_not_taken_for_the_next_one()
    {
        Start(next: 0);
        Add(0);

        Add(40);

        Assert.Equal(1, lane.Next);
        Assert.Equal(LaneState.Loaded, lane.State);
    }

    [Fact]
    public void A_jump_that_repeats_after_moving_back_is_a_gap_of_the_log()
    {
        Start(next: 0);
        for (var i = 0; i < 3; i++)
        {
            Add(40);
            lane.Run();
        }

        Assert.Equal(41, lane.Next);
    }

    [Fact]
    public void A_record_that_comes_between_two_jumps_shows_that_there_is_no_gap()
    {
        Start(next: 3, intentLast: 3);
        Add(3);
        for (var i = 0; i < 3; i++)
        {
            // The replay waits for its intent: 4 is there, but not taken yet.
            Add(4);
            Add(5);
            lane.Run();
        }

        Add(4);
        lane.Write((_, _) => new TaskCompletionSource<BatchOutcome>().Task);
        Add(5);

        Assert.Equal(4, lane.Next);
    }

    [Fact]
    public void A_batch_that_cannot_be_handed_over_yet_takes_no_more_than_its_size()
    {
        Start(next: 0);
        for (var offset = 0; offset < 10; offset++)
        {
            Assert.False(lane.IsFull);
            Add(offset);
        }

        Assert.True(lane.IsFull);
    }

    [Fact]
    public void The_offset_moves_only_after_the_batch_is_stored()
    {
        Start(next: 0);
        Add(0);
        var stored = new TaskCompletionSource<BatchOutcome>();
        lane.Write((_, _) => stored.Task);
        Add(1);

        Assert.Null(lane.IdlePosition(draining: true));
        Assert.False(lane.IsDue(draining: true));
        Assert.Equal(0, lane.StoredUpTo);

        lane.Finish(BatchOutcome.Stored);

        Assert.Equal(1, lane.StoredUpTo);
        Assert.Equal(Position.Idle(Partition, 1), lane.IdlePosition(draining: true));
        Assert.True(lane.IsDue(draining: true));
    }

    [Fact]
    public void Rows_that_the_engine_refuses_are_halved_until_one_is_left_and_set_aside()
    {
        var (next, tries) = (0L, 0);
        lane.Load(Position.Idle(Partition, 0), NoLoad);
        lane.TakeWindow(new DedupWindow(options.DedupWindow, 1_000));
        lane.Run();
        while (next < 10 && ++tries < 50)
        {
            for (var offset = next; offset < 10 && !lane.IsDue(draining: false); offset++)
            {
                Add(offset);
            }

            PartitionBatch? batch = null;
            lane.Write((_, writing) =>
            {
                batch = writing;
                return Task.FromResult(BatchOutcome.Stored);
            });
            // Offset 4 is poison as long as it would be a row.
            var refused = batch!.First <= 4 && batch.Last >= 4 && batch.Rejections.Count == 0;
            lane.Finish(refused ? new BatchOutcome("no") : BatchOutcome.Stored);
            if (refused)
            {
                lane.Load(new Position(Partition, next, 9), NoLoad);
                lane.TakeWindow(new DedupWindow(options.DedupWindow, 1_000));
                lane.Run();
                continue;
            }

            if (batch.Rejections.Count > 0)
            {
                Assert.Equal([4L], batch.Rejections.Select(rejection => rejection.Record.Offset));
                Assert.Equal("refused_by_storage", batch.Rejections[0].Code);
            }

            next = lane.StoredUpTo;
            time.Advance(options.FlushInterval);
        }

        Assert.Equal(10, next);
        Assert.InRange(tries, 4, 20);
    }

    private Lane NewLane() => new(RecordStream.Events, Partition, options, 1_000, new Identity(), time);

    private static Task<DedupWindow> NoLoad(Lane lane, long next) => new TaskCompletionSource<DedupWindow>().Task;

    private void Start(long next, long? intentLast = null)
    {
        lane.Load(new Position(Partition, next, intentLast ?? next - 1), NoLoad);
        lane.TakeWindow(new DedupWindow(options.DedupWindow, 1_000));
        lane.Run();
    }

    private void Add(long offset, long received = 1_000) => lane.Add(new LogRecord(
        Partition.Topic, 0, offset, "acme", received, [], Encoding.UTF8.GetBytes($$"""{"id":"{{offset}}","type":"t"}"""), null, null));
}
