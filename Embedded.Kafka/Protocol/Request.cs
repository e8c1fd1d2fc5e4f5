namespace Embedded.Kafka.Protocol;

/// <summary>One request as it came: header fields and the body's bytes, which are valid until the handler first awaits.</summary>
internal sealed record Request(
    KafkaApi Api, short Version, int CorrelationId, string ClientId, string ClientHost, Memory<byte> Body, CancellationToken Disconnected)
{
    /// <summary>An error ordered by a test: the handler answers it instead of working.</summary>
    public KafkaError? Injected { get; init; }

    public RequestReader Read() => new(Body.Span);

    public ResponseWriter Answer(int sizeHint = 256) => new(CorrelationId, sizeHint);
}
