using Embedded.Kafka.Log;
using Embedded.Kafka.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TestKit;

namespace Embedded.Kafka.Tests.Log;

public sealed class PartitionLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FlushThreads _flush = new(1);
    private readonly FakeTimeProvider _time = new(DateTimeOffset.Parse("2030-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
    private readonly List<PartitionLog> _opened = [];

    [Fact]
    public async Task Records_get_consecutive_offsets_and_come_back_as_they_were_sent()
    {
        var log = Open();
        await AppendAsync(log, Batch.Of(3));
        await AppendAsync(log, Batch.Of(2));

        var (error, batches) = Read(log, 0);

        Assert.Equal(KafkaError.None, error);
        Assert.Equal([(0L, 3), (3L, 2)], batches.Select(b => (b.BaseOffset, b.Count)));
        Assert.Equal(5, log.HighWatermark);
    }

    [Fact]
    public async Task A_fetch_from_the_middle_of_a_batch_gives_the_whole_batch()
    {
        var log = Open();
        for (var i = 0; i < 50; i++) await AppendAsync(log, Batch.Of(10));

        var (_, batches) = Read(log, 255, limit: 1);

        Assert.Equal(250, Assert.Single(batches).BaseOffset);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(11)]
    public async Task Offsets_outside_the_log_are_out_of_range(long offset)
    {
        var log = Open();
        await AppendAsync(log, Batch.Of(10));

        Assert.Equal(KafkaError.OffsetOutOfRange, Read(log, offset).Error);
    }

    [Fact]
    public async Task Every_offset_is_found_across_many_segments_before_and_after_reopening()
    {
        var log = Open(segmentBytes: 20_000);
        for (var i = 0; i < 300; i++) await AppendAsync(log, Batch.Of(2, valueSize: 300));
        Assert.True(log.SegmentCount > 5);

        AssertAllFound(log, 600);
        log.Dispose();
        AssertAllFound(Open(segmentBytes: 20_000), 600);
    }

    [Fact]
    public async Task A_torn_tail_is_cut_and_the_next_append_takes_its_place()
    {
        var log = Open();
        await AppendAsync(log, Batch.Of(4));
        log.Dispose();
        var whole = Batch.Of(3);
        RecordBatch.Place(whole, 4);
        foreach (var torn in new[] { 1, 30, 61, whole.Length - 1 })
        {
            await File.AppendAllBytesAsync(LogFiles().Single(), whole[..torn], TestContext.Current.CancellationToken);

            log = Open();

            Assert.Equal(4, log.EndOffset);
            log.Dispose();
        }
        log = Open();
        Assert.Equal(4, (await AppendAsync(log, Batch.Of(1))).BaseOffset);
    }

    [Fact]
    public async Task A_tail_with_a_wrong_checksum_is_cut()
    {
        var log = Open();
        await AppendAsync(log, Batch.Of(4));
        await AppendAsync(log, Batch.Of(4));
        log.Dispose();
        var file = LogFiles().Single();
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);

        Assert.Equal(4, Open().EndOffset);
    }

    [Fact]
    public async Task What_follows_a_torn_unsynced_segment_is_dropped()
    {
        var log = Open(segmentBytes: 2000);
        for (var i = 0; i < 3; i++) await AppendAsync(log, Batch.Of(1, valueSize: 1500));
        log.Dispose();
        var files = LogFiles();
        Assert.Equal(3, files.Count);
        foreach (var index in Directory.GetFiles(_directory.Path, "*.index")) File.Delete(index);
        var first = await File.ReadAllBytesAsync(files[0], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(files[0], first[..^5], TestContext.Current.CancellationToken);

        log = Open(segmentBytes: 2000);

        Assert.Equal(0, log.EndOffset);
        Assert.Single(LogFiles());
    }

    [Fact]
    public async Task A_damaged_segment_before_synced_ones_does_not_take_them_along()
    {
        var log = Open(segmentBytes: 2000);
        for (var i = 0; i < 3; i++) await AppendAsync(log, Batch.Of(1, valueSize: 1500));
        await AppendAsync(log, Batch.Of(1, valueSize: 1500)); // its sync also seals the third one
        log.Dispose();
        await File.WriteAllBytesAsync(LogFiles()[0], [1, 2, 3], TestContext.Current.CancellationToken);

        log = Open(segmentBytes: 2000);

        Assert.Equal(4, log.EndOffset);
        Assert.Equal(1, Read(log, 0).Batches[0].BaseOffset);
    }

    [Fact]
    public async Task Retention_by_age_counts_from_the_append_and_keeps_the_active_segment()
    {
        var log = Open(segmentBytes: 2000, config: [("retention.ms", "3600000")]);
        for (var i = 0; i < 4; i++) await AppendAsync(log, Batch.Of(1, times: [0], valueSize: 1500)); // events of 1970

        _time.Advance(TimeSpan.FromMinutes(59));
        log.ApplyRetention(TimeSpan.FromDays(1));
        Assert.Equal(0, log.StartOffset);

        _time.Advance(TimeSpan.FromMinutes(2));
        log.ApplyRetention(TimeSpan.FromDays(1));
        Assert.Equal((3, 4, 1), (log.StartOffset, log.EndOffset, log.SegmentCount));
        Assert.Equal(KafkaError.OffsetOutOfRange, Read(log, 2).Error);
    }

    [Fact]
    public async Task An_index_file_that_cannot_be_written_does_not_stop_the_log()
    {
        Directory.CreateDirectory(Path.Combine(_directory.Path, "00000000000000000000.index"));
        var log = Open(segmentBytes: 2000);
        for (var i = 0; i < 4; i++) await AppendAsync(log, Batch.Of(1, valueSize: 1500));
        log.Dispose();

        Assert.Equal(4, Open(segmentBytes: 2000).EndOffset);
    }

    [Fact]
    public async Task Retention_by_size_drops_the_oldest_segments()
    {
        var log = Open(segmentBytes: 2000, config: [("retention.bytes", "4000")]);
        for (var i = 0; i < 10; i++) await AppendAsync(log, Batch.Of(1, valueSize: 1500));

        log.ApplyRetention(TimeSpan.FromDays(1));

        Assert.InRange(log.Bytes, 4000, 6000);
        Assert.Equal(10, log.EndOffset);
    }

    [Fact]
    public async Task Deleted_records_stay_deleted_after_reopening()
    {
        var log = Open();
        await AppendAsync(log, Batch.Of(10));

        Assert.Equal(6, log.DeleteBefore(6));
        Assert.Null(log.DeleteBefore(11));
        log.Dispose();

        log = Open();
        Assert.Equal(6, log.StartOffset);
        Assert.Equal(KafkaError.OffsetOutOfRange, Read(log, 5).Error);
    }

    [Fact]
    public async Task Times_are_found_exactly_per_record()
    {
        var log = Open(segmentBytes: 3000);
        for (var i = 0; i < 100; i++) await AppendAsync(log, Batch.Of(3, times: [i * 30, (i * 30) + 10, (i * 30) + 20], valueSize: 200));

        for (var offset = 0; offset < 300; offset++)
        {
            Assert.Equal((offset, offset * 10), log.FindTime(offset * 10));
            Assert.Equal((offset, offset * 10), log.FindTime((offset * 10) - 9));
        }
        Assert.Null(log.FindTime(2991));
    }

    [Theory]
    [InlineData(16, KafkaError.InvalidRecord)]
    [InlineData(10, KafkaError.CorruptMessage)]
    [InlineData(30, KafkaError.CorruptMessage)]
    [InlineData(65, KafkaError.CorruptMessage)]
    public void A_damaged_batch_is_refused(int at, KafkaError expected)
    {
        var batch = Batch.Of(2);
        batch[at] ^= 1;

        Assert.Equal(expected, Open().Append(batch).Error);
    }

    [Fact]
    public void A_batch_over_the_limit_is_refused()
    {
        Assert.Equal(KafkaError.MessageTooLarge, Open(config: [("max.message.bytes", "1000")]).Append(Batch.Of(1, valueSize: 1000)).Error);
    }

    [Fact]
    public void A_transactional_batch_is_refused()
    {
        Assert.Equal(KafkaError.TransactionalIdAuthorizationFailed, Open().Append(Batch.Of(1, 1, 0, 0, attributes: 0x10)).Error);
    }

    [Fact]
    public async Task Many_appends_share_few_syncs()
    {
        var syncs = 0;
        using var release = new ManualResetEventSlim();
        var commit = new GroupCommit(_flush, () =>
        {
            Interlocked.Increment(ref syncs);
            release.Wait(TestContext.Current.CancellationToken);
        });

        var waiting = Enumerable.Range(1, 100).Select(i => commit.Appended(i)).ToArray();
        Assert.DoesNotContain(waiting, w => w.IsCompleted);
        release.Set();
        await Task.WhenAll(waiting);

        Assert.InRange(syncs, 1, 2);
    }

    [Fact]
    public async Task After_a_failed_sync_nothing_is_acknowledged_any_more()
    {
        var commit = new GroupCommit(_flush, () => throw new IOException("disk"));

        await Assert.ThrowsAsync<IOException>(() => commit.Appended(1));
        await Assert.ThrowsAsync<IOException>(() => commit.Appended(2));
        Assert.True(commit.Failed);
    }

    public void Dispose()
    {
        foreach (var log in _opened) log.Dispose();
        _flush.Dispose();
        _directory.Dispose();
    }

    private static async Task<AppendResult> AppendAsync(PartitionLog log, byte[] batch)
    {
        var result = log.Append(batch);
        Assert.Equal(KafkaError.None, result.Error);
        await result.Durable;
        return result;
    }

    private static (KafkaError Error, List<RecordBatch> Batches) Read(PartitionLog log, long offset, int limit = 1 << 20)
    {
        using var answer = new ResponseWriter(0);
        var before = answer.Length;
        var error = log.Read(offset, limit, true, answer);
        var bytes = answer.Finish().Span[before..];
        List<RecordBatch> batches = [];
        while (bytes.Length > 0)
        {
            Assert.True(RecordBatch.ChecksumMatches(bytes[..RecordBatch.SizeOf(bytes)]));
            batches.Add(RecordBatch.Read(bytes));
            bytes = bytes[batches[^1].Size..];
        }
        return (error, batches);
    }

    private static void AssertAllFound(PartitionLog log, int count)
    {
        for (var offset = 0; offset < count; offset++)
        {
            var first = Read(log, offset, limit: 1).Batches[0];
            Assert.InRange(offset, first.BaseOffset, first.NextOffset - 1);
        }
    }

    private List<string> LogFiles() => [.. Directory.GetFiles(_directory.Path, "*.log").Order(StringComparer.Ordinal)];

    private PartitionLog Open(int segmentBytes = 1 << 20, (string, string)[]? config = null)
    {
        var options = new BrokerOptions { DataDirectory = _directory.Path, SegmentBytes = segmentBytes };
        var environment = new LogEnvironment(_flush, true, () => false, _time, NullLogger.Instance);
        var log = new PartitionLog(_directory.Path, "t-0", new TopicConfig(options, (config ?? []).Select(c => KeyValuePair.Create(c.Item1, c.Item2))), environment);
        _opened.Add(log);
        return log;
    }
}
