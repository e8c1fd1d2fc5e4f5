using System.Collections.Concurrent;
using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Faults;

/// <summary>
/// Misbehaviour on demand, for tests of clients. Each order hits the next requests of its kind, whoever sends them; orders of one
/// kind are carried out first in, first out.
/// </summary>
public sealed class BrokerFaults
{
    private readonly ConcurrentDictionary<KafkaApi, ConcurrentQueue<Fault>> _orders = new();
    private readonly ConcurrentDictionary<KafkaApi, int> _seen = new();
    private int _refusesAppends;

    /// <summary>While true, every append fails as on a full disk (KAFKA_STORAGE_ERROR).</summary>
    public bool RefuseAppends
    {
        get => Volatile.Read(ref _refusesAppends) != 0;
        set => Volatile.Write(ref _refusesAppends, value ? 1 : 0);
    }

    /// <summary>Answers the next requests with an error and does nothing else for them.</summary>
    public void FailNext(KafkaApi api, KafkaError error, int times = 1) => Order(api, times, new Fault(error, TimeSpan.Zero, false, false));

    /// <summary>Holds the next requests back before handling them.</summary>
    public void DelayNext(KafkaApi api, TimeSpan by, int times = 1) => Order(api, times, new Fault(null, by, false, false));

    /// <summary>Closes the connection instead of handling the next requests.</summary>
    public void DropConnection(KafkaApi api, int times = 1) => Order(api, times, new Fault(null, TimeSpan.Zero, true, false));

    /// <summary>Handles the next requests completely, then closes the connection instead of answering.</summary>
    public void LoseAnswer(KafkaApi api, int times = 1) => Order(api, times, new Fault(null, TimeSpan.Zero, false, true));

    /// <summary>How many requests of a kind have arrived.</summary>
    public int Seen(KafkaApi api) => _seen.GetValueOrDefault(api);

    /// <summary>Takes all orders back.</summary>
    public void Clear()
    {
        _orders.Clear();
        RefuseAppends = false;
    }

    internal Fault? Next(KafkaApi api)
    {
        _seen.AddOrUpdate(api, 1, static (_, n) => n + 1);
        return _orders.TryGetValue(api, out var queue) && queue.TryDequeue(out var fault) ? fault : null;
    }

    private void Order(KafkaApi api, int times, Fault fault)
    {
        var queue = _orders.GetOrAdd(api, _ => new());
        for (var i = 0; i < times; i++) queue.Enqueue(fault);
    }

    internal sealed record Fault(KafkaError? Error, TimeSpan Delay, bool DropConnection, bool LoseAnswer);
}
