namespace Ingestion.Worker.Write;

/// <summary>How an insert ended, once it ended.</summary>
internal enum InsertOutcome
{
    /// <summary>The rows are stored, now or by an earlier insert with the same token.</summary>
    Stored,

    /// <summary>The engine will never take these rows as they are: nothing of them is stored.</summary>
    Refused,
}
