using Analytics.Api.Query.Language;
using Confluent.Kafka;

namespace Analytics.Api.Live;

/// <summary>What a reader who comes back has missed: the log between the id of his last event and the place where the feed lets him in.</summary>
internal sealed class LiveReplay : IDisposable
{
    private const int MostPerPiece = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly LiveReader _reader;
    private readonly long[] _end;
    private readonly long[] _next;
    private readonly HashSet<int> _open = [];
    private readonly EventInMemory _event = new();
    private readonly IConsumer<byte[]?, byte[]?>? _consumer;

    /// <summary>Blocks while it asks where the log begins.</summary>
    public LiveReplay(LiveLog log, LiveReader reader, LivePosition after, LivePosition until, int most)
    {
        (_reader, _end) = (reader, until.Next);
        _next = [.. _end.Select((end, partition) => partition < after.Next.Length ? Math.Min(after.Next[partition], end) : 0)];
        if (Missing() == 0)
            return;

        _consumer = log.Connect(partitionEnds: true);
        var share = Missing() > most ? most / _end.Length : long.MaxValue;
        for (var partition = 0; partition < _end.Length; partition++)
        {
            if (_next[partition] == _end[partition])
                continue;
            var start = _consumer.QueryWatermarkOffsets(LiveLog.At(partition, 0).TopicPartition, Limit).Low.Value;
            var first = Math.Min(_end[partition], Math.Max(_next[partition], Math.Max(start, share == long.MaxValue ? 0 : _end[partition] - share)));
            IsIncomplete |= first > _next[partition];
            _next[partition] = first;
            if (first < _end[partition])
                _open.Add(partition);
        }

        _consumer.Assign(_open.Select(partition => LiveLog.At(partition, _next[partition])));
    }

    /// <summary>The log no longer has all of it, or it is more than is read again.</summary>
    public bool IsIncomplete { get; }

    public bool IsDone => _open.Count == 0;

    /// <summary>The next events for the reader, perhaps none. Blocks shortly.</summary>
    public List<byte[]> Next()
    {
        var frames = new List<byte[]>();
        for (var records = 0; records < MostPerPiece && !IsDone; records++)
        {
            if (_consumer!.Consume(Poll) is not { } result)
                break;
            var partition = result.Partition.Value;
            if (result.IsPartitionEOF || result.Offset.Value >= _end[partition] - 1)
                _open.Remove(partition);
            if (!result.IsPartitionEOF && result.Offset.Value < _end[partition])
                Take(result, partition, frames);
        }

        return frames;
    }

    public void Dispose() => _consumer?.Dispose();

    private void Take(ConsumeResult<byte[]?, byte[]?> result, int partition, List<byte[]> frames)
    {
        _next[partition] = result.Offset.Value + 1;
        var (tenant, received) = LiveLog.Stamps(result.Message);
        if (tenant == _reader.Tenant && _event.TryRead(result.Message.Value ?? [], received) && _reader.Match.Passes(_event))
            frames.Add(LiveFrames.Event(_event, new LivePosition(_next).Write(tenant)));
    }

    private long Missing() => _end.Zip(_next, (end, next) => end - next).Sum();
}
