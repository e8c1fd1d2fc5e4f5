using Embedded.Kafka.Groups;

namespace Embedded.Kafka.Protocol;

internal static class JoinGroupApi
{
    public static async ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var join = Parse(request);
        var result = request.Injected is { } injected
            ? JoinResult.Refused(injected, join.MemberId)
            : await broker.Groups.JoinAsync(join, request.Disconnected);
        var answer = request.Answer();
        answer.Throttle(request.Version >= 2);
        answer.Error(result.Error);
        answer.Int32(result.Generation);
        answer.String(result.Protocol);
        answer.String(result.Leader);
        answer.String(result.MemberId);
        answer.Int32(result.Members.Count);
        foreach (var member in result.Members)
        {
            answer.String(member.Id);
            if (request.Version >= 5) answer.String(member.InstanceId);
            answer.Bytes(member.Metadata);
        }
        return answer;
    }

    private static JoinRequest Parse(Request request)
    {
        var read = request.Read();
        var group = read.String();
        var session = TimeSpan.FromMilliseconds(read.Int32());
        var rebalance = request.Version >= 1 ? TimeSpan.FromMilliseconds(Math.Max(0, read.Int32())) : session;
        var member = read.String();
        var instance = request.Version >= 5 ? read.NullableString() : null;
        var type = read.String();
        var protocols = new GroupProtocol[read.Count(6)];
        for (var i = 0; i < protocols.Length; i++) protocols[i] = new GroupProtocol(read.String(), read.Bytes());
        return new JoinRequest(group, member, instance, request.ClientId, request.ClientHost, session, rebalance, type, protocols);
    }
}
