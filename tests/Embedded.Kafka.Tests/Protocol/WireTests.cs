using System.Buffers.Binary;
using Embedded.Kafka.Protocol;
using TestKit;

namespace Embedded.Kafka.Tests.Protocol;

public sealed class WireTests
{
    [Fact]
    public async Task A_newer_ApiVersions_request_is_refused_in_the_oldest_layout()
    {
        await using var test = new TestBroker();
        using var client = await test.ConnectAsync();

        var answer = await client.AskAsync(KafkaApi.ApiVersions, 3, w => w.Int32(0));

        var read = new RequestReader(answer);
        Assert.Equal(KafkaError.UnsupportedVersion, (KafkaError)read.Int16());
        Assert.Equal(ApiTable.All.Count, read.Int32());
        Assert.Equal(ApiTable.All.Count * 6, read.Remaining);
    }

    [Theory]
    [InlineData(99, 0)]
    [InlineData(0, 9)]
    [InlineData(1, 3)]
    public async Task An_unknown_request_closes_the_connection(short api, short version)
    {
        await using var test = new TestBroker();
        using var client = await test.ConnectAsync();

        Assert.Null(await client.AskAsync(api, version, _ => { }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task A_frame_of_an_impossible_size_closes_the_connection(int size)
    {
        await using var test = new TestBroker();
        using var client = await test.ConnectAsync();
        var bytes = new byte[64];
        BinaryPrimitives.WriteInt32BigEndian(bytes, size);

        await client.SendRawAsync(bytes);

        Assert.Null(await client.ReceiveAsync());
    }

    [Fact]
    public async Task An_array_larger_than_its_request_is_refused_before_memory_is_taken()
    {
        await using var test = new TestBroker();
        using var client = await test.ConnectAsync();

        Assert.Null(await client.AskAsync(KafkaApi.Metadata, 1, w => w.Int32(int.MaxValue)));
    }

    [Fact]
    public async Task Requests_sent_at_once_are_answered_in_their_order()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        using var client = await test.ConnectAsync();
        using var bytes = new MemoryStream();
        for (var i = 0; i < 200; i++)
        {
            var batch = Batch.Of(1, 1, 0, i);
            using var writer = new ResponseWriter(3);
            writer.Int32(i);
            writer.String("wire");
            writer.String(null);
            writer.Int16(-1);
            writer.Int32(1000);
            writer.Int32(1);
            writer.String("t");
            writer.Int32(1);
            writer.Int32(0);
            writer.Bytes(batch);
            bytes.Write(writer.Finish().Span);
        }

        await client.SendRawAsync(bytes.ToArray());

        for (var i = 0; i < 200; i++)
        {
            var answer = await client.ReceiveRawAsync();
            Assert.Equal(i, BinaryPrimitives.ReadInt32BigEndian(answer));
            var read = new RequestReader(answer.AsSpan(4 + 4 + 3 + 4 + 4));
            Assert.Equal((0, (long)i), ((int)read.Int16(), read.Int64()));
        }
    }

    [Fact]
    public async Task Commit_metadata_comes_back_across_a_restart()
    {
        const string intent = "first\t12\nlast 17";
        await using var test = new TestBroker();
        test.CreateTopic("t");
        using (var client = await test.ConnectAsync())
        {
            await client.AskAsync(KafkaApi.OffsetCommit, 5, w =>
            {
                w.String("g");
                w.Int32(-1);
                w.String("");
                w.Int32(1);
                w.String("t");
                w.Int32(1);
                w.Int32(0);
                w.Int64(12);
                w.String(intent);
            });
        }
        await test.RestartAsync();
        using var again = await test.ConnectAsync();

        var answer = await again.AskAsync(KafkaApi.OffsetFetch, 4, w =>
        {
            w.String("g");
            w.Int32(-1); // all
        });

        var read = new RequestReader(answer);
        Assert.Equal((0, 1, "t", 1), (read.Int32(), read.Int32(), read.String(), read.Int32()));
        Assert.Equal((0, 12L, intent, (short)0), (read.Int32(), read.Int64(), read.String(), read.Int16()));
    }

    [Fact]
    public async Task Connections_over_the_limit_are_closed()
    {
        await using var test = new TestBroker(o => o with { MaxConnections = 2 });
        using var first = await test.ConnectAsync();
        using var second = await test.ConnectAsync();
        Assert.NotNull(await first.AskAsync(KafkaApi.ApiVersions, 0, _ => { }));
        Assert.NotNull(await second.AskAsync(KafkaApi.ApiVersions, 0, _ => { }));

        using var third = await test.ConnectAsync();

        Assert.Null(await third.AskAsync(KafkaApi.ApiVersions, 0, _ => { }));
    }

    [Fact]
    public async Task Random_requests_never_harm_the_broker()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        var random = new Random(20301);
        for (var round = 0; round < 3000; round++)
        {
            using var client = await test.ConnectAsync();
            var entry = ApiTable.All[random.Next(ApiTable.All.Count)];
            var version = (short)random.Next(entry.Min, entry.Max + 1);
            var body = new byte[random.Next(0, 200)];
            random.NextBytes(body);
            // Small numbers get deeper into the parsers than pure noise.
            for (var i = 0; i < body.Length; i++) if (random.Next(4) != 0) body[i] = (byte)random.Next(0, 3);
            await client.SendAsync((short)entry.Api, version, w => body.CopyTo(w.Reserve(body.Length)));
        }

        using var sound = await test.ConnectAsync();
        Assert.Equal(KafkaError.None, (await sound.ProduceAsync("t", 0, Batch.Of(1)))!.Value.Error);
        await Eventually.EqualsAsync("no memory is held", 0L, () => Task.FromResult(test.Broker.Services.Budget.Used));
    }

    [Fact]
    public async Task Random_damage_in_a_produce_request_is_never_stored()
    {
        await using var test = new TestBroker();
        test.CreateTopic("t");
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            using var client = await test.ConnectAsync();
            var batch = Batch.Of(3, valueSize: 50);
            batch[random.Next(12, batch.Length)] ^= (byte)random.Next(1, 256);
            var result = await client.ProduceAsync("t", 0, batch);
            // Bytes 12 to 15 are the leader epoch, which the broker overwrites.
            if (result is { Error: KafkaError.None }) continue;
            Assert.Contains(result!.Value.Error, new[] { KafkaError.CorruptMessage, KafkaError.InvalidRecord });
        }

        var log = test.Broker.Services.Topics.Partition("t", 0)!;
        Assert.InRange(log.EndOffset, 0, 500 * 3 / 10);
        await test.RestartAsync();
        Assert.Equal(log.EndOffset, test.Broker.Services.Topics.Partition("t", 0)!.EndOffset);
    }
}
