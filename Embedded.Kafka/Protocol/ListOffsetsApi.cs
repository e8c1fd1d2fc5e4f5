namespace Embedded.Kafka.Protocol;

/// <summary>Start (-2), end (-1) or the first offset of a time.</summary>
internal static class ListOffsetsApi
{
    private const long End = -1;
    private const long Start = -2;

    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var version = request.Version;
        var read = request.Read();
        read.Int32();
        if (version >= 2) read.Byte();
        var answer = request.Answer();
        answer.Throttle(version >= 2);
        var topics = read.Count(6);
        answer.Int32(topics);
        for (; topics > 0; topics--)
        {
            var name = read.String();
            answer.String(name);
            var partitions = read.Count(12);
            answer.Int32(partitions);
            for (; partitions > 0; partitions--)
            {
                var index = read.Int32();
                if (version >= 4) read.Int32();
                var (error, time, offset) = Find(request, broker, name, index, read.Int64());
                answer.Int32(index);
                answer.Error(error);
                answer.Int64(time);
                answer.Int64(offset);
                if (version >= 4) answer.Int32(-1);
            }
        }
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }

    private static (KafkaError Error, long Time, long Offset) Find(Request request, BrokerServices broker, string topic, int index, long time)
    {
        if (request.Injected is { } injected) return (injected, -1, -1);
        if (broker.Topics.Partition(topic, index) is not { } log) return (KafkaError.UnknownTopicOrPartition, -1, -1);
        switch (time)
        {
            case End: return (KafkaError.None, -1, log.HighWatermark);
            case Start: return (KafkaError.None, -1, log.StartOffset);
            case < 0: return (KafkaError.InvalidRequest, -1, -1);
        }
        try
        {
            return log.FindTime(time) is { } found ? (KafkaError.None, found.Timestamp, found.Offset) : (KafkaError.None, -1, -1);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return (log.IsClosed ? KafkaError.UnknownTopicOrPartition : KafkaError.KafkaStorageError, -1, -1);
        }
    }
}
