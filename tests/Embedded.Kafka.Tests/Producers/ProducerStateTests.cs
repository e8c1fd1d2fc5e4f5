using Embedded.Kafka.Log;
using Embedded.Kafka.Producers;
using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Tests.Producers;

public sealed class ProducerStateTests
{
    private readonly ProducerState _state = new();
    private long _offset = 100;

    [Fact]
    public void An_unknown_producer_may_begin_at_any_sequence()
    {
        Assert.Equal(KafkaError.None, Check(17));
    }

    [Fact]
    public void A_gap_is_out_of_order()
    {
        Store(0);

        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, Check(2));
        Assert.Equal(KafkaError.None, Check(1));
    }

    [Fact]
    public void Each_of_the_last_five_batches_is_recognized_with_its_offset()
    {
        for (var i = 0; i < 6; i++) Store(i);

        for (var i = 1; i < 6; i++)
        {
            var error = _state.Check(Header(i), out var stored);

            Assert.Equal(KafkaError.DuplicateSequenceNumber, error);
            Assert.Equal(100 + i, stored!.Value.BaseOffset);
        }
    }

    [Fact]
    public void An_older_duplicate_is_told_without_an_offset()
    {
        for (var i = 0; i < 7; i++) Store(i);

        var error = _state.Check(Header(0), out var stored);

        Assert.Equal(KafkaError.DuplicateSequenceNumber, error);
        Assert.Null(stored);
    }

    [Fact]
    public void Sequences_wrap_from_the_largest_number_to_zero()
    {
        Store(int.MaxValue - 1, 2);

        Assert.Equal(KafkaError.None, Check(0));
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, Check(1));
    }

    [Fact]
    public void A_batch_may_span_the_wrap()
    {
        Store(int.MaxValue, 3); // MaxValue, 0, 1

        Assert.Equal(KafkaError.None, Check(2));
    }

    [Fact]
    public void An_old_epoch_is_fenced_and_a_new_one_begins_at_zero()
    {
        Store(0, epoch: 3);

        Assert.Equal(KafkaError.InvalidProducerEpoch, Check(1, epoch: 2));
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, Check(1, epoch: 4));
        Assert.Equal(KafkaError.None, Check(0, epoch: 4));
    }

    private static RecordBatch Header(int sequence, int count = 1, short epoch = 0, long offset = 0) =>
        new(offset, 100, 0, count - 1, 0, 0, 1, epoch, sequence, count);

    private KafkaError Check(int sequence, short epoch = 0) => _state.Check(Header(sequence, 1, epoch), out _);

    private void Store(int sequence, int count = 1, short epoch = 0)
    {
        _state.Remember(Header(sequence, count, epoch, _offset), DateTimeOffset.UnixEpoch);
        _offset += count;
    }
}
