namespace Embedded.Kafka.Protocol;

internal static class HeartbeatApi
{
    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var read = request.Read();
        var (group, generation, member) = (read.String(), read.Int32(), read.String());
        var instance = request.Version >= 3 ? read.NullableString() : null;
        var answer = request.Answer();
        answer.Throttle(request.Version >= 1);
        answer.Error(request.Injected ?? broker.Groups.Heartbeat(group, member, generation, instance));
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }
}
