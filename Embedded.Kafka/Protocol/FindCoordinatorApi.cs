namespace Embedded.Kafka.Protocol;

/// <summary>Always this broker for groups; transactions have no coordinator.</summary>
internal static class FindCoordinatorApi
{
    private const byte Transaction = 1;

    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var read = request.Read();
        read.String();
        var type = request.Version >= 1 ? read.Byte() : (byte)0;
        var error = request.Injected ?? (type == Transaction ? KafkaError.TransactionalIdAuthorizationFailed : KafkaError.None);
        var answer = request.Answer();
        answer.Throttle(request.Version >= 1);
        answer.Error(error);
        if (request.Version >= 1) answer.String(type == Transaction ? "this broker has no transactions" : null);
        answer.Int32(error == KafkaError.None ? BrokerServices.NodeId : -1);
        answer.String(error == KafkaError.None ? broker.Host : "");
        answer.Int32(error == KafkaError.None ? broker.Port : -1);
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }
}
