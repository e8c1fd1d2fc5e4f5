using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Garnet;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Analytics.Api.Tests.Caching;

/// <summary>A real Redis of this test's own, behind a wire that can be made to swallow everything.</summary>
internal sealed class GarnetBehindAWire : IDisposable
{
    private readonly GarnetServer _server;
    private readonly int _port;
    private readonly TcpListener _wire = new(IPAddress.Loopback, 0);
    private readonly List<ConnectionMultiplexer> _clients = [];
    private int _killed;

    private GarnetBehindAWire(GarnetServer server, int port)
    {
        (_server, _port) = (server, port);
        _wire.Start();
        _ = AcceptAsync();
    }

    /// <summary>While set, what either side sends does not arrive, though connections stay.</summary>
    public bool IsStalled { get; set; }

    public static GarnetBehindAWire Start()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, 0);
                probe.Start();
                var port = ((IPEndPoint)probe.LocalEndpoint).Port;
                probe.Stop();
                var server = new GarnetServer(
                    ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--memory", "16m", "--page", "1m", "--index", "1m", "--lua", "-q"],
                    NullLoggerFactory.Instance);
                server.Start();
                return new(server, port);
            }
            catch (Exception) when (attempt < 5)
            {
                // Somebody took the port in between.
            }
        }
    }

    public string ConnectionString => $"127.0.0.1:{((IPEndPoint)_wire.LocalEndpoint).Port},abortConnect=false,syncTimeout=30000,asyncTimeout=30000";

    public async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var client = await ConnectionMultiplexer.ConnectAsync(ConnectionString);
        _clients.Add(client);
        return client;
    }

    public void Kill()
    {
        if (Interlocked.Exchange(ref _killed, 1) == 1)
            return;
        _wire.Stop();
        _server.Dispose();
    }

    public void Dispose()
    {
        IsStalled = false;
        _clients.ForEach(client => client.Dispose());
        Kill();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _wire.AcceptTcpClientAsync();
                var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, _port);
                _ = PumpAsync(near, far);
                _ = PumpAsync(far, near);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Killed.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is > 0 and var read)
                if (!IsStalled)
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone; so is the other then.
        }

        from.Dispose();
        to.Dispose();
    }
}
