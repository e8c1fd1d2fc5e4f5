using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Ingestion.Worker.Batch;
using Ingestion.Worker.Consume;
using Ingestion.Worker.Streams;

namespace Ingestion.Worker.Reconcile;

/// <summary>Reads a range of offsets from the log again, outside the consumer group.</summary>
internal sealed class RangeReader(ConsumerFactory consumers)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public async IAsyncEnumerable<LogRecord> ReadAsync(OffsetRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        using var consumer = consumers.CreateReader();
        var records = new RecordReader();
        consumer.Assign(new TopicPartitionOffset(range.Topic, range.Partition, range.First));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = consumer.Consume(Poll);
            if (result is null)
            {
                continue;
            }

            if (result.IsPartitionEOF || result.Offset.Value > range.Last)
            {
                yield break;
            }

            yield return records.Read(result);
            if (result.Offset.Value == range.Last)
            {
                yield break;
            }
        }
    }
}
