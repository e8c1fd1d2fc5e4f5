namespace Ingestion.Worker.Lanes;

/// <summary>How the write of a batch ended: stored when <paramref name="Refusal"/> is null.</summary>
internal readonly record struct BatchOutcome(string? Refusal)
{
    public static BatchOutcome Stored => default;
}
