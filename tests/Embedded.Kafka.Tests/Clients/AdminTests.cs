using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Embedded.Kafka.Protocol;
using TestKit;

namespace Embedded.Kafka.Tests.Clients;

public sealed class AdminTests
{
    [Fact]
    public async Task Topics_are_created_with_settings_described_altered_and_enlarged()
    {
        await using var test = new TestBroker();
        using var admin = test.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 3, ReplicationFactor = 1, Configs = new() { ["retention.ms"] = "60000", ["cleanup.policy"] = "delete" } }]);
        await admin.CreatePartitionsAsync([new() { Topic = "t", IncreaseTo = 5 }]);
        var resource = new ConfigResource { Name = "t", Type = ResourceType.Topic };
        await admin.IncrementalAlterConfigsAsync(new() { [resource] = [new() { Name = "retention.bytes", Value = "1000000", IncrementalOperation = AlterConfigOpType.Set }] });

        await test.RestartAsync();

        var config = (await admin.DescribeConfigsAsync([resource])).Single().Entries;
        Assert.Equal(("60000", "1000000", "delete"), (config["retention.ms"].Value, config["retention.bytes"].Value, config["cleanup.policy"].Value));
        Assert.True(config["max.message.bytes"].IsDefault);
        Assert.Equal(5, admin.GetMetadata("t", Client.Limit).Topics.Single().Partitions.Count);
        await admin.AlterConfigsAsync(new() { [resource] = [new() { Name = "retention.ms", Value = "1000" }] });
        config = (await admin.DescribeConfigsAsync([resource])).Single().Entries;
        Assert.Equal(("1000", "-1"), (config["retention.ms"].Value, config["retention.bytes"].Value));
        var broker = (await admin.DescribeConfigsAsync([new() { Name = "1", Type = ResourceType.Broker }])).Single().Entries;
        Assert.Equal("4", broker["num.partitions"].Value);
    }

    [Theory]
    [InlineData("bad/name", 1, 1, "", ErrorCode.TopicException)]
    [InlineData("..", 1, 1, "", ErrorCode.TopicException)]
    [InlineData("exists", 1, 1, "", ErrorCode.TopicAlreadyExists)]
    [InlineData("t", 0, 1, "", ErrorCode.InvalidPartitions)]
    [InlineData("t", 1, 3, "", ErrorCode.InvalidReplicationFactor)]
    [InlineData("t", 1, 1, "retention.ms=soon", ErrorCode.InvalidConfig)]
    [InlineData("t", 1, 1, "no.such.setting=1", ErrorCode.InvalidConfig)]
    [InlineData("t", 5000, 1, "", ErrorCode.PolicyViolation)]
    public async Task Impossible_topics_are_refused(string name, int partitions, short replicas, string setting, ErrorCode expected)
    {
        await using var test = new TestBroker();
        test.CreateTopic("exists");
        using var admin = test.Admin();
        var configs = setting.Split('=') is [var key, var value] ? new Dictionary<string, string> { [key] = value } : null;

        var thrown = await Assert.ThrowsAsync<CreateTopicsException>(() =>
            admin.CreateTopicsAsync([new() { Name = name, NumPartitions = partitions, ReplicationFactor = replicas, Configs = configs }]));

        Assert.Equal(expected, thrown.Results.Single().Error.Code);
    }

    [Fact]
    public async Task ValidateOnly_creates_nothing()
    {
        await using var test = new TestBroker();
        using var admin = test.Admin();

        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }], new() { ValidateOnly = true });

        Assert.Null(test.Broker.Services.Topics.Find("t"));
    }

    [Fact]
    public async Task A_topic_created_again_starts_empty_and_without_positions()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        using var admin = test.Admin();
        using var client = await test.ConnectAsync();
        await client.ProduceAsync("t", 0, Batch.Of(9));
        using (var consumer = test.Consumer("g")) consumer.Commit([new TopicPartitionOffset("t", 0, 9)]);

        await admin.DeleteTopicsAsync(["t"]);
        Assert.Empty(Directory.GetDirectories(Path.Combine(test.DataDirectory, "topics")));
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await client.ProduceAsync("t", 0, Batch.Of(1)))!.Value.Error);
        test.CreateTopic("t");
        await test.RestartAsync();

        using var again = test.Consumer("g");
        Assert.Equal(Offset.Unset, again.Committed([new("t", 0)], Client.Limit).Single().Offset);
        using var anew = await test.ConnectAsync();
        Assert.Equal((KafkaError.None, 0L), await anew.ProduceAsync("t", 0, Batch.Of(1)));
    }

    [Fact]
    public async Task Groups_are_listed_described_and_deleted()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t", 2);
        using var admin = test.Admin();
        using var consumer = test.Consumer("g", c => c.ClientId = "me");
        consumer.Subscribe("t");
        await Eventually.TrueAsync("assigned", () => consumer.Consume(TimeSpan.FromMilliseconds(50)) is null && consumer.Assignment.Count == 2);
        consumer.Commit([new TopicPartitionOffset("t", 0, 0)]);

        var listed = await admin.ListConsumerGroupsAsync();
        var described = (await admin.DescribeConsumerGroupsAsync(["g"])).ConsumerGroupDescriptions.Single();

        Assert.Equal("g", listed.Valid.Single().GroupId);
        Assert.Equal(ConsumerGroupState.Stable, described.State);
        Assert.Equal(("me", 2), (described.Members.Single().ClientId, described.Members.Single().Assignment.TopicPartitions.Count));
        await Assert.ThrowsAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync(["g"]));
        consumer.Close();
        await admin.DeleteConsumerGroupOffsetsAsync("g", [new("t", 0)]);
        await admin.DeleteGroupsAsync(["g"]);
        Assert.Empty((await admin.ListConsumerGroupsAsync()).Valid);
    }

    [Fact]
    public async Task Records_are_deleted_up_to_an_offset()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        using var admin = test.Admin();
        using var client = await test.ConnectAsync();
        await client.ProduceAsync("t", 0, Batch.Of(10));

        var deleted = await admin.DeleteRecordsAsync([new TopicPartitionOffset("t", 0, 4)]);

        Assert.Equal(4, deleted.Single().Offset.Value);
        Assert.Equal(6, Client.ReadAll(test.Servers, "t", 1).Count);
    }
}
