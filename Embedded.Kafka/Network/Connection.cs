using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Embedded.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace Embedded.Kafka.Network;

/// <summary>
/// One client. Requests are handled one after the other and answered in their order; only a produce request does not hold up the next
/// one while it waits for its sync.
/// </summary>
internal sealed partial class Connection : IDisposable
{
    private readonly Socket _socket;
    private readonly BrokerServices _broker;
    private readonly ILogger _logger;
    private readonly FrameReader _frames;
    private readonly CancellationTokenSource _gone = new();
    private readonly Channel<Task<ResponseWriter?>> _answers = Channel.CreateBounded<Task<ResponseWriter?>>(
        new BoundedChannelOptions(128) { SingleReader = true, SingleWriter = true });
    private readonly string _remote;
    private readonly string _remoteHost;
    private long _sendingSince;

    public Connection(Socket socket, BrokerServices broker, ILogger logger)
    {
        (_socket, _broker, _logger) = (socket, broker, logger);
        socket.NoDelay = true;
        var endpoint = socket.RemoteEndPoint as IPEndPoint;
        _remote = endpoint?.ToString() ?? "?";
        _remoteHost = $"/{endpoint?.Address}";
        _frames = new FrameReader(socket, broker.Options, broker.Budget);
    }

    public async Task RunAsync()
    {
        var sending = SendAsync();
        try
        {
            await ReceiveAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client is gone, or the broker stops.
        }
        catch (MalformedRequestException e)
        {
            LogClosed(_remote, e.Message);
        }
        catch (Exception e)
        {
            LogFailed(e, _remote);
        }
        _answers.Writer.Complete();
        await _gone.CancelAsync();
        await sending;
    }

    /// <summary>Ends reading; what was already taken in is still answered.</summary>
    public void Stop()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Receive);
            _gone.Cancel();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already closed.
        }
    }

    /// <summary>Closes a connection that is idle, or that stalls in the middle of a request or an answer.</summary>
    public void CloseIfStalled()
    {
        var time = _broker.Options.Time;
        var sending = Interlocked.Read(ref _sendingSince);
        var stalled = _frames.IsStalled || (sending != 0 && time.GetElapsedTime(sending) > _broker.Options.TransferTimeout);
        if (!stalled) return;
        LogClosed(_remote, "no progress within the time-out");
        _socket.Dispose();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _frames.Dispose();
        _gone.Dispose();
    }

    private async Task ReceiveAsync()
    {
        while (await _frames.ReadAsync(_gone.Token))
        {
            var frame = _frames.Frame;
            var (request, entry) = ParseHeader(frame);
            if (request is null) return;
            _broker.Telemetry.Requested(request.Api, frame.Length);
            if (entry is null)
            {
                await _answers.Writer.WriteAsync(Task.FromResult<ResponseWriter?>(ApiVersionsApi.RefuseVersion(request)));
                continue;
            }
            var fault = _broker.Faults.Next(request.Api);
            if (fault is { Delay.Ticks: > 0 }) await Task.Delay(fault.Delay, _broker.Options.Time, _gone.Token);
            if (fault is { DropConnection: true }) return;
            if (fault is { Error: { } error }) request = request with { Injected = error };
            var answer = AnswerAsync(entry, request, fault is { LoseAnswer: true });
            if (request.Api != KafkaApi.Produce && !answer.IsCompleted) await WatchWhile(answer);
            _frames.Release();
            await _answers.Writer.WriteAsync(answer);
        }
    }

    /// <summary>No request: the connection is to be closed. No entry: a version of ApiVersions to be refused politely.</summary>
    private (Request? Request, ApiTable.Entry? Entry) ParseHeader(Memory<byte> frame)
    {
        var read = new RequestReader(frame.Span);
        var (api, version, correlation) = ((KafkaApi)read.Int16(), read.Int16(), read.Int32());
        var entry = ApiTable.Find(api);
        var supported = entry is not null && version >= entry.Min && version <= entry.Max;
        if (!supported && api != KafkaApi.ApiVersions)
        {
            LogClosed(_remote, $"request {(short)api} version {version} is not supported");
            return (null, null);
        }
        var client = supported ? read.NullableString() ?? "" : "";
        var request = new Request(api, version, correlation, client, _remoteHost, frame[read.Position..], _gone.Token);
        return (request, supported ? entry : null);
    }

    private async Task<ResponseWriter?> AnswerAsync(ApiTable.Entry entry, Request request, bool lose)
    {
        var answer = await entry.Handle(request, _broker);
        if (!lose) return answer;
        answer?.Dispose();
        throw new MalformedRequestException($"the answer to {request.Api} is lost as ordered");
    }

    /// <summary>While a request waits, notices that its client went away.</summary>
    private async Task WatchWhile(Task answer)
    {
        if (_frames.WatchForData() is { } data)
        {
            await Task.WhenAny(answer, data);
            if (!answer.IsCompleted && _frames.IsAtEnd) await _gone.CancelAsync();
        }
        await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SendAsync()
    {
        var open = true;
        await foreach (var pending in _answers.Reader.ReadAllAsync())
        {
            try
            {
                using var answer = await pending;
                if (answer is not null && open) await SendAsync(answer.Finish());
            }
            catch (Exception e)
            {
                if (e is MalformedRequestException) LogClosed(_remote, e.Message);
                else if (e is not (SocketException or ObjectDisposedException or OperationCanceledException)) LogFailed(e, _remote);
                open = false;
                _socket.Dispose(); // later answers are only disposed
            }
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        Interlocked.Exchange(ref _sendingSince, _broker.Options.Time.GetTimestamp());
        _broker.Telemetry.Sent(bytes.Length);
        while (bytes.Length > 0)
        {
            var sent = await _socket.SendAsync(bytes, SocketFlags.None);
            bytes = bytes[sent..];
        }
        Interlocked.Exchange(ref _sendingSince, 0);
    }

    [LoggerMessage(LogLevel.Warning, "Closed the connection of {Remote}: {Reason}")]
    private partial void LogClosed(string remote, string reason);

    [LoggerMessage(LogLevel.Error, "A request of {Remote} failed; its connection was closed")]
    private partial void LogFailed(Exception exception, string remote);
}
