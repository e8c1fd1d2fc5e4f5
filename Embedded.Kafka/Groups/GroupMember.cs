namespace Embedded.Kafka.Groups;

/// <summary>How an assignor's data travels: the broker never looks inside.</summary>
internal readonly record struct GroupProtocol(string Name, byte[] Metadata);

internal sealed class GroupMember(string id, string? instanceId)
{
    public string Id { get; } = id;

    public string? InstanceId { get; } = instanceId;

    public string ClientId { get; set; } = "";

    public string ClientHost { get; set; } = "";

    public TimeSpan SessionTimeout { get; set; }

    public TimeSpan RebalanceTimeout { get; set; }

    public IReadOnlyList<GroupProtocol> Protocols { get; set; } = [];

    public byte[] Assignment { get; set; } = [];

    public TaskCompletionSource<JoinResult>? PendingJoin { get; set; }

    public TaskCompletionSource<SyncResult>? PendingSync { get; set; }

    public DateTimeOffset LastSeen { get; set; }

    /// <summary>It was told its id at least once; before that it cannot come back under it.</summary>
    public bool KnowsItsId { get; set; }

    public byte[] MetadataFor(string? protocol) => Protocols.FirstOrDefault(p => p.Name == protocol).Metadata ?? [];

    public bool SpeaksLike(IReadOnlyList<GroupProtocol> protocols) =>
        Protocols.Count == protocols.Count && Protocols.Zip(protocols).All(p => p.First.Name == p.Second.Name && p.First.Metadata.AsSpan().SequenceEqual(p.Second.Metadata));
}
