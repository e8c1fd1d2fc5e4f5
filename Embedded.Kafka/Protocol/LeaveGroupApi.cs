namespace Embedded.Kafka.Protocol;

internal static class LeaveGroupApi
{
    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var read = request.Read();
        var (group, member) = (read.String(), read.String());
        var answer = request.Answer();
        answer.Throttle(request.Version >= 1);
        answer.Error(request.Injected ?? broker.Groups.Leave(group, member));
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }
}
