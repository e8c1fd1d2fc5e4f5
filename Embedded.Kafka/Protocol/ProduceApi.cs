using Embedded.Kafka.Log;

namespace Embedded.Kafka.Protocol;

/// <summary>
/// Appends at once, in the order of arrival, and answers when the sync is done; meanwhile the connection reads the client's next
/// request, so that a pipeline of requests shares syncs.
/// </summary>
internal static class ProduceApi
{
    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var appends = AppendAll(request, broker, out var acks);
        return Answer(request, appends, acks);
    }

    private static List<(string Topic, List<(int Partition, AppendResult Result)> Partitions)> AppendAll(
        Request request, BrokerServices broker, out short acks)
    {
        var read = request.Read();
        var transactional = read.NullableString() is not null;
        acks = read.Int16();
        read.Int32(); // time-out: this broker never waits for replicas
        var refusal = request.Injected;
        if (transactional) refusal ??= KafkaError.TransactionalIdAuthorizationFailed;
        if (acks is < -1 or > 1) refusal ??= KafkaError.InvalidRequiredAcks;
        List<(string, List<(int, AppendResult)>)> topics = [];
        for (var left = read.Count(6); left > 0; left--)
        {
            var name = read.String();
            var topic = broker.Topics.Find(name);
            List<(int, AppendResult)> partitions = [];
            for (var more = read.Count(8); more > 0; more--)
            {
                var index = read.Int32();
                var (start, length) = read.BytesRange();
                partitions.Add((index, Append(broker, topic?.Partition(index), request.Body.Span.Slice(start, length), refusal)));
            }
            topics.Add((name, partitions));
        }
        return topics;
    }

    private static AppendResult Append(BrokerServices broker, PartitionLog? log, Span<byte> batch, KafkaError? refusal)
    {
        if (refusal is { } error) return AppendResult.Refused(error);
        if (log is null) return AppendResult.Refused(KafkaError.UnknownTopicOrPartition);
        var result = log.Append(batch);
        if (result.Error == KafkaError.None) broker.Telemetry.Appended(batch.Length);
        return result;
    }

    private static async ValueTask<ResponseWriter?> Answer(
        Request request, List<(string Topic, List<(int Partition, AppendResult Result)> Partitions)> appends, short acks)
    {
        foreach (var (_, partitions) in appends)
        {
            for (var i = 0; i < partitions.Count; i++)
            {
                try
                {
                    await partitions[i].Result.Durable;
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
                {
                    partitions[i] = (partitions[i].Partition, AppendResult.Refused(KafkaError.KafkaStorageError));
                }
            }
        }
        return acks == 0 ? null : Write(request, appends);
    }

    private static ResponseWriter Write(Request request, List<(string Topic, List<(int Partition, AppendResult Result)> Partitions)> appends)
    {
        var answer = request.Answer();
        answer.Int32(appends.Count);
        foreach (var (topic, partitions) in appends)
        {
            answer.String(topic);
            answer.Int32(partitions.Count);
            foreach (var (index, result) in partitions)
            {
                answer.Int32(index);
                answer.Error(result.Error);
                answer.Int64(result.BaseOffset);
                answer.Int64(-1); // append time: timestamps are the clients'
                if (request.Version >= 5) answer.Int64(result.Error == KafkaError.None ? 0 : -1);
                if (request.Version < 8) continue;
                answer.Int32(0);
                answer.String(null);
            }
        }
        answer.Throttle();
        return answer;
    }
}
