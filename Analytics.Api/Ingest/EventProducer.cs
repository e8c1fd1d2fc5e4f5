using System.Diagnostics;
using System.Globalization;
using System.Text;
using Analytics.Api.Engines;
using Analytics.Contracts;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Ingest;

/// <summary>
/// The process's one producer of events: idempotent, acks=all. A request is acknowledged as a whole, by one
/// <see cref="Delivery"/>. A producer that has failed for good is replaced, so the API recovers without a restart.
/// </summary>
internal sealed partial class EventProducer : IAsyncDisposable
{
    private static readonly byte[] ContentType = Encoding.ASCII.GetBytes(EventHeaders.StructuredMode);
    private static readonly TimeSpan QueuePause = TimeSpan.FromMilliseconds(2);

    private readonly IngestOptions _options;
    private readonly EngineStartup _engines;
    private readonly ILogger<EventProducer> _log;
    private readonly ProducerConfig _config;
    private readonly Lock _lock = new();
    private IProducer<byte[], byte[]>? _producer;
    private volatile bool _disposed;

    public EventProducer(IOptions<IngestOptions> options, IConfiguration configuration, EngineStartup engines, ILogger<EventProducer> log)
    {
        (_options, _engines, _log) = (options.Value, engines, log);
        _config = Configure(ConnectionStrings.Required(configuration, ConnectionStrings.Kafka), options.Value);
    }

    /// <summary>Sends all records and completes when each of them is acknowledged or has failed; at the latest after the time limit.</summary>
    public async Task<Delivery> ProduceAsync(EventBatch batch, bool keepPositions)
    {
        var delivery = new Delivery(batch.Records.Count, keepPositions);
        if (await TopicsExistAsync())
            await EnqueueAsync(batch, delivery);
        else
            FailRest(batch, 0, delivery, new Error(ErrorCode.Local_TimedOut));

        await delivery.Done;
        if (delivery.FirstError is { } error)
            FailedToDeliver(delivery.Failed!.Count, batch.Records.Count, error.Code);
        return delivery;
    }

    /// <summary>Makes the client, which connects by itself and asks for its producer id.</summary>
    public void Connect() => Current();

    /// <summary>What is queued is sent before the process ends.</summary>
    public async ValueTask DisposeAsync()
    {
        IProducer<byte[], byte[]>? producer;
        lock (_lock)
            (producer, _producer, _disposed) = (_producer, null, true);
        if (producer is not null)
            await RetireAsync(producer);
    }

    /// <summary>Hands the records to the client, waiting for room in its queue. Those it does not take have failed.</summary>
    private async Task EnqueueAsync(EventBatch batch, Delivery delivery)
    {
        var headers = HeadersOf(batch);
        var started = Stopwatch.GetTimestamp();
        var producer = Current();
        for (var i = 0; i < batch.Records.Count;)
        {
            if (TryEnqueue(producer, batch.Records[i], headers, delivery.Handler, out var error))
            {
                i++;
            }
            else if (error.Code == ErrorCode.Local_QueueFull && Stopwatch.GetElapsedTime(started) < _options.ProduceTimeout)
            {
                await Task.Delay(QueuePause);
            }
            else
            {
                if (error.IsFatal)
                    Replace(producer, error);
                FailRest(batch, i, delivery, error);
                break;
            }
        }
    }

    private async Task<bool> TopicsExistAsync()
    {
        try
        {
            await _engines.TopicsCreated.WaitAsync(_options.ProduceTimeout);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static bool TryEnqueue(
        IProducer<byte[], byte[]> producer, EventRecord record, Headers headers, Action<DeliveryReport<byte[], byte[]>> handler, out Error error)
    {
        try
        {
            producer.Produce(Topics.Events, new Message<byte[], byte[]> { Key = record.Key, Value = record.Value, Headers = headers }, handler);
            error = new Error(ErrorCode.NoError);
            return true;
        }
        catch (KafkaException e)
        {
            error = e.Error;
            return false;
        }
        catch (ObjectDisposedException) // replaced by another request, or the process is ending
        {
            error = new Error(ErrorCode.Local_Destroy);
            return false;
        }
    }

    private static void FailRest(EventBatch batch, int from, Delivery delivery, Error error)
    {
        for (var i = from; i < batch.Records.Count; i++)
            delivery.Fail(batch.Records[i].Value, error);
    }

    private static Headers HeadersOf(EventBatch batch)
    {
        var headers = new Headers
        {
            { EventHeaders.Tenant, batch.Tenant.ToArray() },
            { EventHeaders.Received, Encoding.ASCII.GetBytes(batch.Received.ToString(CultureInfo.InvariantCulture)) },
            { EventHeaders.ContentType, ContentType },
        };
        if (Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C, Id: { } id })
            headers.Add(EventHeaders.TraceParent, Encoding.ASCII.GetBytes(id));
        return headers;
    }

    private IProducer<byte[], byte[]> Current()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _producer ??= Build();
        }
    }

    private void Replace(IProducer<byte[], byte[]> failed, Error error)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_producer, failed))
                return;
            _producer = null; // the next request builds one
        }

        Replaced(error.Code);
        _ = RetireAsync(failed);
    }

    private Task RetireAsync(IProducer<byte[], byte[]> producer) => Task.Run(() =>
    {
        try
        {
            producer.Flush(_options.ProduceTimeout);
        }
        catch (KafkaException e)
        {
            Replaced(e.Error.Code);
        }

        producer.Dispose();
    });

    private IProducer<byte[], byte[]> Build() => new ProducerBuilder<byte[], byte[]>(_config)
        .SetLogHandler((_, message) => Said(message.Facility, message.Message))
        .SetErrorHandler((producer, error) =>
        {
            if (!_disposed) // closing its connections counts as losing them
                BrokerFailed(error.Code, error.IsFatal);
            if (error.IsFatal && producer is IProducer<byte[], byte[]> own)
                Replace(own, error);
        })
        .Build();

    private static ProducerConfig Configure(string bootstrapServers, IngestOptions options) => new()
    {
        BootstrapServers = bootstrapServers,
        ClientId = "analytics-api",
        EnableIdempotence = true,
        Acks = Acks.All,
        Partitioner = Partitioner.Murmur2Random, // EventKey.Partitioner
        CompressionType = CompressionType.Lz4,
        LingerMs = options.Linger.TotalMilliseconds,
        MessageTimeoutMs = (int)options.ProduceTimeout.TotalMilliseconds,
        DeliveryReportFields = "value,status", // by reference, nothing is copied; partition and offset are always there
        QueueBufferingMaxKbytes = options.MaxQueuedBytes / 1024,
        QueueBufferingMaxMessages = 2_000_000,
        RetryBackoffMs = 50,
        ReconnectBackoffMs = 50,
        ReconnectBackoffMaxMs = 1_000,
        SocketKeepaliveEnable = true,
    };

    [LoggerMessage(LogLevel.Warning, "{Failed} of {Records} records were not acknowledged: {Error}")]
    private partial void FailedToDeliver(int failed, int records, ErrorCode error);

    [LoggerMessage(LogLevel.Error, "The producer failed for good and was replaced: {Error}")]
    private partial void Replaced(ErrorCode error);

    [LoggerMessage(LogLevel.Warning, "The broker connection failed: {Error}, fatal: {Fatal}")]
    private partial void BrokerFailed(ErrorCode error, bool fatal);

    [LoggerMessage(LogLevel.Debug, "{Facility}: {Text}")]
    private partial void Said(string facility, string text);
}
