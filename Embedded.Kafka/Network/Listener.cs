using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Embedded.Kafka.Network;

/// <summary>Accepts connections up to the limit and keeps track of them.</summary>
internal sealed partial class Listener : IDisposable
{
    private readonly Socket _socket;
    private readonly int _limit;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<Connection, Task> _connections = new();
    private Task _accepting = Task.CompletedTask;
    private volatile bool _stopping;

    public Listener(BrokerOptions options, ILogger logger)
    {
        (_limit, _logger) = (options.MaxConnections, logger);
        var endpoint = new IPEndPoint(IPAddress.Parse(options.Bind), options.Port);
        _socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(endpoint);
        _socket.Listen(512);
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public void Start(BrokerServices broker) => _accepting = Task.Run(() => AcceptAsync(broker));

    public void CloseStalled()
    {
        foreach (var connection in _connections.Keys) connection.CloseIfStalled();
    }

    public async Task StopAsync()
    {
        _stopping = true;
        _socket.Dispose();
        await _accepting;
        foreach (var connection in _connections.Keys) connection.Stop();
        try
        {
            await Task.WhenAll(_connections.Values).WaitAsync(TimeSpan.FromSeconds(1));
        }
        catch (TimeoutException)
        {
            // A client does not take its answers: it loses them.
            foreach (var connection in _connections.Keys) connection.Dispose();
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task AcceptAsync(BrokerServices broker)
    {
        while (!_stopping)
        {
            try
            {
                Serve(await _socket.AcceptAsync(), broker);
            }
            catch (Exception e) when (e is ObjectDisposedException || (e is SocketException && _stopping))
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of file descriptors, or the client was already gone: go on after a moment.
                LogAcceptFailed(e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(50), broker.Options.Time);
            }
        }
    }

    private void Serve(Socket socket, BrokerServices broker)
    {
        if (_connections.Count >= _limit)
        {
            LogTooMany(_limit);
            socket.Dispose();
            return;
        }
        var connection = new Connection(socket, broker, _logger);
        broker.Telemetry.ConnectionOpened();
        // Entered before it runs, so that its end always finds the entry.
        var run = new Task<Task>(() => RunAsync(connection, broker));
        _connections[connection] = run.Unwrap();
        run.Start(TaskScheduler.Default);
    }

    private async Task RunAsync(Connection connection, BrokerServices broker)
    {
        await connection.RunAsync();
        _connections.TryRemove(connection, out _);
        connection.Dispose();
        broker.Telemetry.ConnectionClosed();
    }

    [LoggerMessage(LogLevel.Warning, "Refused a connection: {Limit} are open")]
    private partial void LogTooMany(int limit);

    [LoggerMessage(LogLevel.Error, "Could not accept a connection: {Reason}")]
    private partial void LogAcceptFailed(string reason);
}
