using Embedded.Kafka.Groups;

namespace Embedded.Kafka.Protocol;

internal static class SyncGroupApi
{
    public static async ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var (group, generation, member, instance, assignments) = Parse(request);
        var result = request.Injected is { } injected
            ? SyncResult.Refused(injected)
            : await broker.Groups.SyncAsync(group, member, generation, instance, assignments, request.Disconnected);
        var answer = request.Answer();
        answer.Throttle(request.Version >= 1);
        answer.Error(result.Error);
        answer.Bytes(result.Assignment);
        return answer;
    }

    private static (string Group, int Generation, string Member, string? Instance, (string, byte[])[] Assignments) Parse(Request request)
    {
        var read = request.Read();
        var (group, generation, member) = (read.String(), read.Int32(), read.String());
        var instance = request.Version >= 3 ? read.NullableString() : null;
        var assignments = new (string, byte[])[read.Count(6)];
        for (var i = 0; i < assignments.Length; i++) assignments[i] = (read.String(), read.Bytes());
        return (group, generation, member, instance, assignments);
    }
}
