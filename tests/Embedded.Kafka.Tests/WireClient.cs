using System.Buffers.Binary;
using System.Net.Sockets;
using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Tests;

/// <summary>Speaks the protocol byte by byte, to send what no client library would.</summary>
internal sealed class WireClient : IDisposable
{
    private readonly TcpClient _tcp = new();
    private int _correlation;

    public static async Task<WireClient> ConnectAsync(int port)
    {
        var client = new WireClient();
        await client._tcp.ConnectAsync("127.0.0.1", port);
        return client;
    }

    /// <summary>Sends a request and gives the answer's body; null when the broker closed the connection instead.</summary>
    public async Task<byte[]?> AskAsync(short api, short version, Action<ResponseWriter> body)
    {
        await SendAsync(api, version, body);
        return await ReceiveAsync();
    }

    public Task<byte[]?> AskAsync(KafkaApi api, short version, Action<ResponseWriter> body) => AskAsync((short)api, version, body);

    public async Task SendAsync(short api, short version, Action<ResponseWriter> body)
    {
        // The writer begins with four bytes of its own: here they are the key and the version.
        using var writer = new ResponseWriter((api << 16) | (ushort)version);
        writer.Int32(++_correlation);
        writer.String("wire");
        body(writer);
        await SendRawAsync(writer.Finish());
    }

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes) => await _tcp.GetStream().WriteAsync(bytes);

    public async Task<byte[]?> ReceiveAsync()
    {
        try
        {
            var frame = await ReceiveRawAsync();
            Assert.Equal(_correlation, BinaryPrimitives.ReadInt32BigEndian(frame));
            return frame[4..];
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return null;
        }
    }

    /// <summary>One answer with its correlation id.</summary>
    public async Task<byte[]> ReceiveRawAsync()
    {
        using var late = new CancellationTokenSource(Clients.Client.Limit);
        var size = new byte[4];
        await _tcp.GetStream().ReadExactlyAsync(size, late.Token);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
        await _tcp.GetStream().ReadExactlyAsync(frame, late.Token);
        return frame;
    }

    /// <summary>Produces one batch; null when the connection was closed.</summary>
    public async Task<(KafkaError Error, long Offset)?> ProduceAsync(string topic, int partition, byte[] batch, short acks = -1)
    {
        var answer = await AskAsync(KafkaApi.Produce, 3, w =>
        {
            w.String(null);
            w.Int16(acks);
            w.Int32(5000);
            w.Int32(1);
            w.String(topic);
            w.Int32(1);
            w.Int32(partition);
            w.Bytes(batch);
        });
        if (answer is null) return null;
        var read = new RequestReader(answer);
        read.Int32();
        read.String();
        read.Int32();
        read.Int32();
        return ((KafkaError)read.Int16(), read.Int64());
    }

    public async Task<long> InitProducerIdAsync()
    {
        var answer = await AskAsync(KafkaApi.InitProducerId, 1, w =>
        {
            w.String(null);
            w.Int32(0);
        });
        var read = new RequestReader(answer);
        read.Int32();
        Assert.Equal(0, read.Int16());
        return read.Int64();
    }

    public void Dispose() => _tcp.Dispose();
}
