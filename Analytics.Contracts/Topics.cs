namespace Analytics.Contracts;

/// <summary>The topics of the product.</summary>
public static class Topics
{
    /// <summary>Accepted events, keyed by <see cref="EventKey"/>.</summary>
    public const string Events = "analytics.events";

    /// <summary>Records that could not be stored: original key and value, with the reason and the origin as headers.</summary>
    public const string DeadLetters = "analytics.dead-letters";

    /// <summary>
    /// The topic whose committed offsets and metadata are the worker's insert intents for <paramref name="topic"/>.
    /// Nothing is ever written to it; it has the same number of partitions.
    /// </summary>
    public static string Intents(string topic) => topic + ".intents";
}
