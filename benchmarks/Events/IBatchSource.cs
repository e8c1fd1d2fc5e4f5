namespace Benchmarks.Events;

/// <summary>Where the requests' bodies come from. Used by several senders at a time.</summary>
internal interface IBatchSource
{
    /// <summary>Fills the sender's own body with the next batch; false when there is none left.</summary>
    bool TryNext(BatchBody body);
}
