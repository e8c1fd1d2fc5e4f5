using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Groups;

internal sealed record JoinRequest(
    string Group, string MemberId, string? InstanceId, string ClientId, string ClientHost, TimeSpan SessionTimeout, TimeSpan RebalanceTimeout,
    string ProtocolType, IReadOnlyList<GroupProtocol> Protocols);

internal sealed record JoinedMember(string Id, string? InstanceId, byte[] Metadata);

internal sealed record JoinResult(KafkaError Error, int Generation, string Protocol, string Leader, string MemberId, IReadOnlyList<JoinedMember> Members)
{
    public static JoinResult Refused(KafkaError error, string memberId) => new(error, -1, "", "", memberId, []);
}

internal sealed record SyncResult(KafkaError Error, byte[] Assignment)
{
    public static SyncResult Refused(KafkaError error) => new(error, []);
}

internal sealed record GroupDescription(KafkaError Error, string Group, string State, string ProtocolType, string Protocol, IReadOnlyList<DescribedMember> Members);

internal sealed record DescribedMember(string Id, string? InstanceId, string ClientId, string ClientHost, byte[] Metadata, byte[] Assignment);
