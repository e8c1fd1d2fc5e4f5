using Embedded.Kafka.Faults;
using Embedded.Kafka.Groups;
using Embedded.Kafka.Log;
using Embedded.Kafka.Network;
using Embedded.Kafka.Producers;

namespace Embedded.Kafka;

/// <summary>What the handlers of requests work with.</summary>
internal sealed record BrokerServices(
    BrokerOptions Options, TopicStore Topics, GroupCoordinator Groups, ProducerIds ProducerIds, BrokerFaults Faults, ByteBudget Budget,
    BrokerTelemetry Telemetry)
{
    /// <summary>The only broker's node id.</summary>
    public const int NodeId = 1;

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string ClusterId { get; init; }
}
