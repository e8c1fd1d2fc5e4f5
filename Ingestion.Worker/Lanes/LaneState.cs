namespace Ingestion.Worker.Lanes;

/// <summary>Where the lane of an assigned partition stands.</summary>
internal enum LaneState
{
    /// <summary>The committed position has to be read.</summary>
    Assigned,

    /// <summary>Stored rows are being compared with the log and the dedup window is being rebuilt.</summary>
    Loading,

    /// <summary>Ready to read from <see cref="Lane.Next"/>, once the consumer has been moved there.</summary>
    Loaded,

    /// <summary>Records are batched and stored.</summary>
    Running,
}
