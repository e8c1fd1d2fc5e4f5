using System.Text.Json;

namespace Analytics.Api.Tests.Query;

/// <summary>An event as tests store and recompute it. Empty texts are absent.</summary>
public sealed record StoredEvent(
    string Id, string Type, DateTimeOffset Time, string Subject = "", string Data = "", string Source = "/", string SessionId = "",
    string TraceId = "", DateTimeOffset? ReceivedAt = null, int Partition = 0, long Offset = 0)
{
    /// <summary>Stored all at once, as far as the table is concerned: its partitions are months of receipt.</summary>
    public DateTimeOffset Received => ReceivedAt ?? QueryEngine.Now;

    /// <summary>The leaves of <see cref="Data"/> by dotted path, nulls left out.</summary>
    public IEnumerable<(string Path, JsonElement Leaf)> Leaves() =>
        Data.Length == 0 ? [] : Leaves("", JsonElement.Parse(Data));

    private static IEnumerable<(string, JsonElement)> Leaves(string path, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Leaves(path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value)),
        JsonValueKind.Null => [],
        _ => [(path, value)],
    };
}
