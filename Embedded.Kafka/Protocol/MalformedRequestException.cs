namespace Embedded.Kafka.Protocol;

/// <summary>The bytes of a request do not follow its layout; the connection is closed, as Kafka does.</summary>
internal sealed class MalformedRequestException(string message) : Exception(message);
