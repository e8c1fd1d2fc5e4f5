using Analytics.Api.Engines;

namespace Analytics.Api.Ingest;

/// <summary>Connects the producer as soon as the topics exist, so that the first request does not pay for it.</summary>
internal sealed class ProducerWarmUp(EventProducer producer, EngineStartup engines) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await engines.TopicsCreated.WaitAsync(stoppingToken);
        producer.Connect();
    }
}
