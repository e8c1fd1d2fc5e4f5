using System.Diagnostics;
using System.Diagnostics.Metrics;
using Embedded.Kafka.Protocol;

namespace Embedded.Kafka;

/// <summary>The meter <c>Embedded.Kafka</c>.</summary>
internal sealed class BrokerTelemetry : IDisposable
{
    private readonly Meter _meter = new("Embedded.Kafka");
    private readonly Counter<long> _requests;
    private readonly Counter<long> _received;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _appended;
    private long _connections;

    public BrokerTelemetry()
    {
        _requests = _meter.CreateCounter<long>("kafka.broker.requests", "{request}", "Requests by API");
        _received = _meter.CreateCounter<long>("kafka.broker.received", "By", "Bytes of requests");
        _sent = _meter.CreateCounter<long>("kafka.broker.sent", "By", "Bytes of answers");
        _appended = _meter.CreateCounter<long>("kafka.broker.appended", "By", "Bytes of record batches stored");
        _meter.CreateObservableUpDownCounter("kafka.broker.connections", () => Volatile.Read(ref _connections), "{connection}", "Open connections");
    }

    public void Observe(Func<long> logBytes) => _meter.CreateObservableGauge("kafka.broker.log.size", logBytes, "By", "Bytes of all logs");

    public void Requested(KafkaApi api, int bytes)
    {
        _requests.Add(1, new KeyValuePair<string, object?>("api", api));
        _received.Add(bytes);
    }

    public void Sent(int bytes) => _sent.Add(bytes);

    public void Appended(int bytes) => _appended.Add(bytes);

    public void ConnectionOpened() => Interlocked.Increment(ref _connections);

    public void ConnectionClosed() => Interlocked.Decrement(ref _connections);

    public void Dispose() => _meter.Dispose();
}
