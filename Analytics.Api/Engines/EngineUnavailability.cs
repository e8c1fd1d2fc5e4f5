using System.Net.Sockets;
using Analytics.Api.Errors;
using Confluent.Kafka;

namespace Analytics.Api.Engines;

/// <summary>ClickHouse refuses connections or drops them; Kafka's brokers are away.</summary>
internal sealed class EngineUnavailability : IUnavailability
{
    public string Name => "An engine";

    public bool Explains(Exception exception) => exception switch
    {
        HttpRequestException { StatusCode: null } => true,
        KafkaException { Error.Code: ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Transport or ErrorCode.Local_TimedOut } => true,
        SocketException => true,
        { InnerException: { } inner } => Explains(inner),
        _ => false,
    };
}
