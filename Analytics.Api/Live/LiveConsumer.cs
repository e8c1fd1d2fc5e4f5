using System.Collections.Immutable;
using Analytics.Api.Engines;
using Analytics.Api.Query.Language;
using Confluent.Kafka;

namespace Analytics.Api.Live;

/// <summary>
/// One pass over the end of the log: a consumer, the thread that reads with it, and the readers it hands events to. Events of tenants that
/// nobody watches are not even decoded.
/// </summary>
/// <remarks>The position and the set of readers change under one lock, so a reader knows exactly from where on he gets everything.</remarks>
internal sealed partial class LiveConsumer(LiveLog log, EngineStartup engines, TimeProvider clock, LiveOptions options, ILogger<LiveConsumer> logger)
    : IDisposable
{
    private static readonly TimeSpan TopicsLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly EventInMemory _event = new();
    private ImmutableDictionary<string, ImmutableArray<LiveReader>> _readers = ImmutableDictionary<string, ImmutableArray<LiveReader>>.Empty;
    private long[] _next = [];

    /// <summary>Whether it still reads, or is about to.</summary>
    public bool IsAlive { get; private set; } = true;

    /// <summary>Completes when it stands at the end of every partition: whatever is accepted from then on will be delivered.</summary>
    /// <exception cref="TimeoutException">Kafka's topics do not exist.</exception>
    public async Task StartAsync()
    {
        try
        {
            await engines.TopicsCreated.WaitAsync(TopicsLimit, clock, _stopping.Token);
            _next = await log.EndsAsync();
            new Thread(Run) { IsBackground = true, Name = "live tail" }.Start();
        }
        catch
        {
            IsAlive = false;
            throw;
        }
    }

    /// <summary>Adds a reader and tells what comes next for him; null when the pass has ended.</summary>
    public LivePosition? Add(LiveReader reader)
    {
        lock (_lock)
        {
            if (!IsAlive)
                return null;
            _readers = _readers.SetItem(reader.Tenant, _readers.GetValueOrDefault(reader.Tenant, []).Add(reader));
            return new LivePosition([.. _next]);
        }
    }

    public void Remove(LiveReader reader)
    {
        lock (_lock)
        {
            var left = _readers.GetValueOrDefault(reader.Tenant, []).Remove(reader);
            _readers = left.IsEmpty ? _readers.Remove(reader.Tenant) : _readers.SetItem(reader.Tenant, left);
        }
    }

    /// <summary>Ends the pass; the thread is gone soon after.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private void Run()
    {
        try
        {
            using var consumer = log.Connect(partitionEnds: false);
            consumer.Assign(_next.Select((offset, partition) => LiveLog.At(partition, offset)));
            var looked = clock.GetTimestamp();
            while (!_stopping.IsCancellationRequested)
            {
                if (clock.GetElapsedTime(looked) > options.PartitionRefresh)
                {
                    FollowPartitions(consumer);
                    looked = clock.GetTimestamp();
                }

                Read(consumer);
            }
        }
        catch (KafkaException fault)
        {
            Ended(fault); // the readers come back with the id of their last event
        }
        finally
        {
            lock (_lock)
                IsAlive = false;
            foreach (var reader in _readers.Values.SelectMany(readers => readers))
                reader.End();
        }
    }

    private void Read(IConsumer<byte[]?, byte[]?> consumer)
    {
        try
        {
            if (consumer.Consume(Poll) is { Message: { } message } result)
                Take(message, result.Partition.Value, result.Offset.Value);
        }
        catch (ConsumeException fault) when (!fault.Error.IsFatal)
        {
            Stumbled(fault.Error.Code); // librdkafka goes on by itself
        }
    }

    private void Take(Message<byte[]?, byte[]?> message, int partition, long offset)
    {
        var (tenant, received) = LiveLog.Stamps(message);
        ImmutableArray<LiveReader> readers;
        string? id = null;
        lock (_lock)
        {
            _next[partition] = offset + 1;
            readers = _readers.GetValueOrDefault(tenant, []);
        }

        if (readers.IsEmpty || !_event.TryRead(message.Value ?? [], received))
            return;

        byte[]? frame = null;
        foreach (var reader in readers)
        {
            if (!reader.Match.Passes(_event))
                continue;
            id ??= new LivePosition(_next).Write(tenant);
            reader.Add(frame ??= LiveFrames.Event(_event, id));
        }
    }

    // Read from their beginning: they came to be after this pass began. Existing ones never move.
    private void FollowPartitions(IConsumer<byte[]?, byte[]?> consumer)
    {
        var count = log.CountPartitions(_next.Length);
        if (count <= _next.Length)
            return;

        var added = Enumerable.Range(_next.Length, count - _next.Length).ToList();
        consumer.IncrementalAssign(added.Select(partition => LiveLog.At(partition, 0)));
        lock (_lock)
            _next = [.. _next, .. new long[added.Count]];
        Followed(added.Count);
    }

    [LoggerMessage(LogLevel.Error, "The live tail's consumer failed for good; its readers are sent away to come back")]
    private partial void Ended(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The live tail could not read: {Code}")]
    private partial void Stumbled(ErrorCode code);

    [LoggerMessage(LogLevel.Information, "The events topic has {Count} more partitions")]
    private partial void Followed(int count);
}
