namespace Embedded.Kafka.Protocol;

/// <summary>Clients ask this first. A version not offered is answered with error 35 in the layout of version 0, which every client reads.</summary>
internal static class ApiVersionsApi
{
    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker) =>
        ValueTask.FromResult<ResponseWriter?>(Write(request, request.Injected ?? KafkaError.None, request.Version));

    public static ResponseWriter RefuseVersion(Request request) => Write(request, KafkaError.UnsupportedVersion, 0);

    private static ResponseWriter Write(Request request, KafkaError error, short version)
    {
        var answer = request.Answer();
        answer.Error(error);
        answer.Int32(ApiTable.All.Count);
        foreach (var entry in ApiTable.All)
        {
            answer.Int16((short)entry.Api);
            answer.Int16(entry.Min);
            answer.Int16(entry.Max);
        }
        answer.Throttle(version >= 1);
        return answer;
    }
}
