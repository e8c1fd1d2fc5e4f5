using System.Globalization;
using System.Text;
using Analytics.Contracts;
using Confluent.Kafka;
using Ingestion.Worker.Streams;
using Ingestion.Worker.Write;
using Microsoft.Extensions.Options;

namespace Ingestion.Worker.DeadLetter;

/// <summary>
/// Sends refused records to the dead letter topic, original bytes and all, and returns when the broker has acknowledged them.
/// A replay may send a record again; its origin is its identity there, so it is stored once.
/// </summary>
internal sealed partial class DeadLetterProducer(
    IProducer<byte[], byte[]> producer, IOptions<IngestionOptions> options, TimeProvider time, ILogger<DeadLetterProducer> logger)
{
    private const int KeptBytes = 512 * 1024;

    public async Task SendAsync(IReadOnlyList<Rejection> rejections, CancellationToken cancellationToken)
    {
        for (var attempt = 1; rejections.Count > 0; attempt++)
        {
            try
            {
                await Task.WhenAll(rejections.Select(rejection => SendAsync(rejection, cancellationToken)));
                LogSent(rejections.Count, rejections[0].Code);
                return;
            }
            catch (KafkaException e) when (!cancellationToken.IsCancellationRequested)
            {
                LogRetried(rejections.Count, attempt, e.Error.Reason);
                await Task.Delay(WriteRetry.Delay(attempt, options.Value.RetryDelay, options.Value.RetryMaxDelay), time, cancellationToken);
            }
        }
    }

    // The reason comes on top of the record, so one that only just fitted its topic may not fit here: its beginning is kept.
    private async Task SendAsync(Rejection rejection, CancellationToken cancellationToken)
    {
        try
        {
            await producer.ProduceAsync(Topics.DeadLetters, MessageOf(rejection), cancellationToken);
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge && rejection.Record.Value.Length > KeptBytes)
        {
            var length = rejection.Record.Value.Length;
            var cut = rejection with
            {
                Record = rejection.Record with { Value = rejection.Record.Value[..KeptBytes] },
                Message = string.Create(CultureInfo.InvariantCulture, $"{rejection.Message} Only the first {KeptBytes} of its {length} bytes are kept."),
            };
            await producer.ProduceAsync(Topics.DeadLetters, MessageOf(cut), cancellationToken);
        }
    }

    private static Message<byte[], byte[]> MessageOf(Rejection rejection)
    {
        var record = rejection.Record;
        var headers = new Headers
        {
            { EventHeaders.Tenant, Encoding.UTF8.GetBytes(record.Tenant) },
            { EventHeaders.Received, Number(record.Received) },
            { DeadLetterHeaders.Code, Encoding.UTF8.GetBytes(rejection.Code) },
            { DeadLetterHeaders.Message, Encoding.UTF8.GetBytes(rejection.Message) },
            { DeadLetterHeaders.Topic, Encoding.UTF8.GetBytes(record.Topic) },
            { DeadLetterHeaders.Partition, Number(record.Partition) },
            { DeadLetterHeaders.Offset, Number(record.Offset) },
        };
        if (record.TraceParent is not null)
        {
            headers.Add(EventHeaders.TraceParent, Encoding.ASCII.GetBytes(record.TraceParent));
        }

        // The origin is the key: a record that is sent again must reach the partition that remembers it.
        var key = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{record.Topic}:{record.Partition}:{record.Offset}"));
        return new Message<byte[], byte[]> { Key = key, Value = record.Value, Headers = headers };
    }

    private static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    [LoggerMessage(LogLevel.Warning, "{Count} records went to the dead letters, the first because of {Code}")]
    private partial void LogSent(int count, string code);

    [LoggerMessage(LogLevel.Warning, "{Count} dead letters could not be sent in try {Attempt}: {Reason}")]
    private partial void LogRetried(int count, int attempt, string reason);
}
