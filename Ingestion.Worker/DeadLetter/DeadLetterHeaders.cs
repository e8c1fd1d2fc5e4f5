namespace Ingestion.Worker.DeadLetter;

/// <summary>Headers of a record on the dead letter topic, besides those of the original: where it came from and why.</summary>
internal static class DeadLetterHeaders
{
    public const string Prefix = "dl-";
    public const string Code = Prefix + "code";
    public const string Message = Prefix + "message";
    public const string Topic = Prefix + "topic";
    public const string Partition = Prefix + "partition";
    public const string Offset = Prefix + "offset";
}
