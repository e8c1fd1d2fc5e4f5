namespace Ingestion.Worker.Streams;

/// <summary>One Kafka record as the worker sees it. <c>Received</c> is Unix milliseconds, stamped once by the API.</summary>
internal readonly record struct LogRecord(
    string Topic,
    int Partition,
    long Offset,
    string Tenant,
    long Received,
    byte[] Key,
    byte[] Value,
    string? TraceParent,
    DeadLetterOrigin? Origin);

/// <summary>Where a dead letter came from and why, as its headers say.</summary>
internal sealed record DeadLetterOrigin(string Topic, int Partition, long Offset, string Code, string Message);

/// <summary>A record that cannot be stored, with the reason.</summary>
internal sealed record Rejection(LogRecord Record, string Code, string Message);
