using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TestKit;

namespace Analytics.Contracts.Tests;

public sealed class TopicProvisionerTests
{
    [Fact]
    public async Task Creates_what_is_missing_when_several_start_at_once()
    {
        await using var kafka = await EmbeddedEngine.StartKafkaAsync("--auto-create", "false");
        var options = new TopicOptions { Partitions = 3 };

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ =>
            TopicProvisioner.EnsureAsync(kafka.ConnectionString, options, TestContext.Current.CancellationToken)));

        Assert.Equal(
            [(Topics.DeadLetters, 3), (Topics.Intents(Topics.DeadLetters), 3), (Topics.Events, 3), (Topics.Intents(Topics.Events), 3)],
            TopicsOf(kafka.ConnectionString));
    }

    [Fact]
    public async Task Leaves_existing_topics_alone_and_follows_their_number_of_partitions()
    {
        await using var kafka = await EmbeddedEngine.StartKafkaAsync("--auto-create", "false");
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.ConnectionString }).Build())
        {
            await admin.CreateTopicsAsync([
                new TopicSpecification { Name = Topics.Events, NumPartitions = 6, ReplicationFactor = 1 },
                new TopicSpecification { Name = Topics.Intents(Topics.Events), NumPartitions = 2, ReplicationFactor = 1 }]);
        }

        await TopicProvisioner.EnsureAsync(kafka.ConnectionString, new TopicOptions(), TestContext.Current.CancellationToken);

        var topics = TopicsOf(kafka.ConnectionString);
        Assert.Contains((Topics.Events, 6), topics);
        Assert.Contains((Topics.Intents(Topics.Events), 6), topics);
    }

    [Fact]
    public async Task Waits_for_a_broker_that_is_not_there_yet()
    {
        await using var kafka = await EmbeddedEngine.StartKafkaAsync("--auto-create", "false");
        await kafka.KillAsync();

        var ensuring = TopicProvisioner.EnsureAsync(kafka.ConnectionString, new TopicOptions(), TestContext.Current.CancellationToken);
        await kafka.StartAgainAsync();
        await ensuring;

        Assert.Equal(4, TopicsOf(kafka.ConnectionString).Count);
    }

    private static List<(string Name, int Partitions)> TopicsOf(string servers)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        return [.. admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics
            .Where(topic => topic.Topic.StartsWith("analytics.", StringComparison.Ordinal))
            .Select(topic => (topic.Topic, topic.Partitions.Count))
            .OrderBy(topic => topic.Topic, StringComparer.Ordinal)];
    }
}
