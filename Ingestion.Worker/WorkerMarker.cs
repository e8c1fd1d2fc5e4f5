namespace Ingestion.Worker;

/// <summary>Names this assembly where a type is needed.</summary>
public sealed class WorkerMarker;
