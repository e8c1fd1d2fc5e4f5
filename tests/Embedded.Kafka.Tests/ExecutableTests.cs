using System.Collections.Concurrent;
using Confluent.Kafka;
using Embedded.Kafka.Tests.Clients;
using TestKit;

namespace Embedded.Kafka.Tests;

/// <summary>The program itself: its exits, its lock, and what survives kill -9.</summary>
public sealed class ExecutableTests
{
    [Fact]
    public async Task Killed_again_and_again_while_producing_it_loses_nothing_acknowledged_and_stores_nothing_twice()
    {
        await using var broker = await EmbeddedEngine.StartKafkaAsync("--partitions", "3", "--segment-bytes", "300000");
        using var producer = Client.Producer(broker.ConnectionString, c => (c.CompressionType, c.MessageTimeoutMs) = (CompressionType.Lz4, 300_000));
        var acknowledged = new ConcurrentDictionary<string, bool>();
        var failed = new ConcurrentQueue<Error>();
        using var stop = new CancellationTokenSource();
        var sent = 0;
        var producing = Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; sent++)
            {
                producer.Produce("t", new() { Key = $"{sent}", Value = $"{sent}-{new string('x', 200)}" }, report =>
                {
                    if (report.Error.IsError) failed.Enqueue(report.Error);
                    else acknowledged[report.Message.Key] = true;
                });
                if (sent % 200 != 0) continue;
                do await Task.Delay(5);
                while (sent - acknowledged.Count > 20_000 && !stop.IsCancellationRequested); // the client's queue is finite, and a busy machine starts brokers slowly
            }
        }, TestContext.Current.CancellationToken);

        for (var kill = 0; kill < 4; kill++)
        {
            var before = acknowledged.Count;
            await Eventually.TrueAsync("acknowledgements go on", () => acknowledged.Count > before + 2000);
            await broker.KillAsync();
            await broker.StartAgainAsync();
        }
        await stop.CancelAsync();
        await producing;
        producer.Flush(TestContext.Current.CancellationToken);

        Assert.Empty(failed);
        Assert.Equal(sent, acknowledged.Count);
        var stored = Client.ReadAll(broker.ConnectionString, "t", 3).Select(r => r.Message.Key).ToList();
        Assert.Equal(stored.Count, stored.Distinct().Count());
        Assert.Equal(sent, stored.Count);
    }

    [Fact]
    public async Task A_second_broker_on_the_same_data_is_refused_by_the_name_of_the_first()
    {
        await using var broker = await EmbeddedEngine.StartKafkaAsync();

        await using var second = await ChildProcess.StartAsync("Embedded.Kafka", ["--data", broker.DataDirectory, "--port", "0"]);

        Assert.Equal(3, await second.WaitForExitAsync());
        await Eventually.TrueAsync("the holder is named", () => second.Log.Contains($"process {broker.Process.Id}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--data", "x", "--colour", "red")]
    [InlineData("--data", "x", "--port", "99999")]
    [InlineData("--data", "x", "--fsync", "sometimes")]
    [InlineData("--data")]
    [InlineData("--port", "0")]
    public async Task A_bad_option_is_named_and_ends_with_2(params string[] arguments)
    {
        await using var process = await ChildProcess.StartAsync("Embedded.Kafka", arguments);

        Assert.Equal(2, await process.WaitForExitAsync());
    }

    [Fact]
    public async Task It_stops_cleanly_without_waiting_for_the_long_polls_of_its_clients()
    {
        // One partition: a poll of an empty one would hold back the client's next request on the same connection, as Kafka does.
        await using var broker = await EmbeddedEngine.StartKafkaAsync("--partitions", "1");
        using var producer = Client.Producer(broker.ConnectionString);
        await producer.ProduceAsync("t", new() { Value = "v" }, TestContext.Current.CancellationToken);
        using var consumer = Client.Consumer(broker.ConnectionString, "g", c => (c.FetchWaitMaxMs, c.SocketTimeoutMs) = (290_000, 300_000));
        consumer.Subscribe("t");
        consumer.Take(1);

        Assert.Equal(0, await broker.StopAsync());
    }

    [Fact]
    public async Task It_ends_when_its_parent_does()
    {
        await using var broker = await EmbeddedEngine.StartKafkaAsync();

        broker.Process.CloseInput();

        Assert.Equal(0, await broker.Process.WaitForExitAsync());
    }

    [Fact]
    public async Task Help_lists_every_option()
    {
        await using var process = await ChildProcess.StartAsync("Embedded.Kafka", ["--help"]);

        Assert.Equal(0, await process.WaitForExitAsync());
        await Eventually.TrueAsync("the help is there", () => process.Log.Contains("--max-partitions", StringComparison.Ordinal));
    }
}
