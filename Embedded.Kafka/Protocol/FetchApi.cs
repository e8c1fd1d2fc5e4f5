using Embedded.Kafka.Log;

namespace Embedded.Kafka.Protocol;

/// <summary>Long poll: answers when enough bytes are there or the time is over. Sessions are declined (id 0), so each fetch is complete.</summary>
internal static class FetchApi
{
    private sealed record Wanted(string Topic, int Partition, long Offset, int Limit, PartitionLog? Log);

    public static async ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var (wanted, maxWait, minBytes, maxBytes) = Parse(request, broker);
        maxBytes = Math.Clamp(maxBytes, 0, broker.Options.MaxFetchBytes);
        if (request.Injected is { } injected) return Write(request, wanted, 0, (_, _) => injected);
        var available = await WaitForAsync(request, broker, wanted, maxWait, Math.Min(minBytes, maxBytes));
        var size = (int)Math.Min(available, maxBytes);
        var lease = size > 64 * 1024 ? await broker.Budget.TakeAsync(size, request.Disconnected) : default;
        try
        {
            var answer = Write(request, wanted, size, Filler(maxBytes));
            answer.Lease = lease;
            return answer;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Reads each partition in turn until the answer is full.</summary>
    private static Func<Wanted, ResponseWriter, KafkaError> Filler(int maxBytes)
    {
        var left = maxBytes;
        var any = false;
        return (item, writer) =>
        {
            if (item.Log is null) return KafkaError.UnknownTopicOrPartition;
            if (any && left <= 0) return item.Log.IsClosed ? KafkaError.UnknownTopicOrPartition : KafkaError.None;
            var before = writer.Length;
            // Only the first batch of the whole answer may exceed the limits.
            var error = item.Log.Read(item.Offset, Math.Min(item.Limit, left), !any, writer);
            left -= writer.Length - before;
            any |= writer.Length > before;
            return error;
        };
    }

    private static async Task<long> WaitForAsync(Request request, BrokerServices broker, List<Wanted> wanted, TimeSpan maxWait, int minBytes)
    {
        var time = broker.Options.Time;
        var start = time.GetTimestamp();
        while (true)
        {
            var waiter = new FetchWaiter();
            foreach (var item in wanted) item.Log?.AddWaiter(waiter);
            try
            {
                var (available, hasError) = Look(wanted);
                var left = maxWait - time.GetElapsedTime(start);
                if (available >= minBytes || hasError || left <= TimeSpan.Zero) return available;
                if (!await waiter.WaitAsync(left, time, request.Disconnected)) return Look(wanted).Available;
            }
            finally
            {
                foreach (var item in wanted) item.Log?.RemoveWaiter(waiter);
            }
        }
    }

    private static (long Available, bool HasError) Look(List<Wanted> wanted)
    {
        var available = 0L;
        var error = false;
        foreach (var item in wanted)
        {
            error |= item.Log is null || item.Log.IsClosed || item.Offset < item.Log.StartOffset || item.Offset > item.Log.EndOffset;
            available += Math.Min(item.Limit, item.Log?.Available(item.Offset) ?? 0);
        }
        return (available, error);
    }

    private static (List<Wanted> Wanted, TimeSpan MaxWait, int MinBytes, int MaxBytes) Parse(Request request, BrokerServices broker)
    {
        var version = request.Version;
        var read = request.Read();
        read.Int32(); // replica
        var maxWait = TimeSpan.FromMilliseconds(Math.Clamp(read.Int32(), 0, 60_000));
        var minBytes = read.Int32();
        var maxBytes = read.Int32();
        read.Byte(); // isolation: there are no transactions
        if (version >= 7) (_, _) = (read.Int32(), read.Int32());
        List<Wanted> wanted = [];
        for (var topics = read.Count(6); topics > 0; topics--)
        {
            var name = read.String();
            var topic = broker.Topics.Find(name);
            for (var partitions = read.Count(16); partitions > 0; partitions--)
            {
                var index = read.Int32();
                if (version >= 9) read.Int32(); // leader epoch
                var offset = read.Int64();
                if (version >= 5) read.Int64(); // log start of a follower
                wanted.Add(new Wanted(name, index, offset, Math.Max(0, read.Int32()), topic?.Partition(index)));
            }
        }
        return (wanted, maxWait, minBytes, maxBytes);
    }

    private static ResponseWriter Write(Request request, List<Wanted> wanted, int size, Func<Wanted, ResponseWriter, KafkaError> readInto)
    {
        var version = request.Version;
        var answer = request.Answer(size + 256 + (wanted.Count * 96));
        answer.Throttle();
        if (version >= 7)
        {
            answer.Error(KafkaError.None);
            answer.Int32(0);
        }
        var topics = wanted.GroupBy(w => w.Topic).ToList();
        answer.Int32(topics.Count);
        foreach (var topic in topics)
        {
            answer.String(topic.Key);
            answer.Int32(topic.Count());
            foreach (var item in topic) WritePartition(answer, version, item, readInto);
        }
        return answer;
    }

    private static void WritePartition(ResponseWriter answer, short version, Wanted item, Func<Wanted, ResponseWriter, KafkaError> readInto)
    {
        answer.Int32(item.Partition);
        var errorAt = answer.Length;
        answer.Error(KafkaError.None);
        answer.Int64(item.Log?.HighWatermark ?? -1);
        answer.Int64(item.Log?.HighWatermark ?? -1);
        if (version >= 5) answer.Int64(item.Log?.StartOffset ?? -1);
        answer.Int32(-1);
        if (version >= 11) answer.Int32(-1);
        var sizeAt = answer.Length;
        answer.Int32(0);
        var error = readInto(item, answer);
        answer.SetErrorAt(errorAt, error);
        answer.SetInt32At(sizeAt, answer.Length - sizeAt - 4);
    }
}
