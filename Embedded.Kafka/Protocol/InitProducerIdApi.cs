namespace Embedded.Kafka.Protocol;

/// <summary>A new id for an idempotent producer. Transactions are refused with an error that clients treat as final.</summary>
internal static class InitProducerIdApi
{
    public static ValueTask<ResponseWriter?> Handle(Request request, BrokerServices broker)
    {
        var read = request.Read();
        var error = request.Injected ?? (read.NullableString() is null ? KafkaError.None : KafkaError.TransactionalIdAuthorizationFailed);
        var id = -1L;
        try
        {
            if (error == KafkaError.None) id = broker.ProducerIds.Next();
        }
        catch (IOException)
        {
            error = KafkaError.CoordinatorNotAvailable; // the client tries again
        }
        var answer = request.Answer();
        answer.Throttle();
        answer.Error(error);
        answer.Int64(id);
        answer.Int16(error == KafkaError.None ? (short)0 : (short)-1);
        return ValueTask.FromResult<ResponseWriter?>(answer);
    }
}
