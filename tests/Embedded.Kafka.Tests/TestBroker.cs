using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Embedded.Kafka.Protocol;
using Embedded.Kafka.Tests.Clients;
using TestKit;

namespace Embedded.Kafka.Tests;

/// <summary>A broker in this process on a directory of its own, with the clients tests need.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly Func<BrokerOptions, BrokerOptions> _configure;

    public TestBroker(Func<BrokerOptions, BrokerOptions>? configure = null)
    {
        _configure = configure ?? (o => o);
        Broker = Start(0);
    }

    public Broker Broker { get; private set; }

    public string Servers => Broker.BootstrapServers;

    public string DataDirectory => _data.Path;

    /// <summary>A clean stop and start on the same port.</summary>
    public async Task RestartAsync(Action? between = null)
    {
        var port = Broker.Port;
        await Broker.StopAsync();
        between?.Invoke();
        Broker = Start(port);
    }

    public IProducer<string, string> Producer(Action<ProducerConfig>? configure = null) => Client.Producer(Servers, configure);

    public IConsumer<string, string> Consumer(string group, Action<ConsumerConfig>? configure = null) => Client.Consumer(Servers, group, configure);

    public IAdminClient Admin() => Client.Admin(Servers);

    public Task<WireClient> ConnectAsync() => WireClient.ConnectAsync(Broker.Port);

    public void CreateTopic(string name, int partitions = 1, params (string, string)[] config) =>
        Assert.Equal(KafkaError.None, Broker.Services.Topics.Create(name, partitions, [.. config.Select(c => KeyValuePair.Create(c.Item1, c.Item2))], false));

    public async ValueTask DisposeAsync()
    {
        await Broker.StopAsync();
        _data.Dispose();
    }

    private Broker Start(int port) => Broker.Start(_configure(new BrokerOptions { DataDirectory = _data.Path, Port = port }));
}
