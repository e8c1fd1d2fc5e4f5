using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Embedded.Kafka.Protocol;

namespace Embedded.Kafka.Network;

/// <summary>
/// Cuts the byte stream into frames. Small ones lie in a buffer of fixed size; a large one gets a pooled array, counted against
/// the memory budget, that is given back after its request.
/// </summary>
internal sealed class FrameReader(Socket socket, BrokerOptions options, ByteBudget budget) : IDisposable
{
    private const int SmallBuffer = 16 * 1024;
    private const int SmallestFrame = 8;
    private readonly byte[] _small = new byte[SmallBuffer];
    private int _start;
    private int _end;
    private byte[]? _large;
    private ByteBudget.Lease _lease;
    private Task? _watch;
    private long _waitingSince;
    private bool _inFrame;

    /// <summary>The frame's content, without its size; valid until the next read.</summary>
    public Memory<byte> Frame { get; private set; }

    /// <summary>A watched connection has nothing to read although it is readable: the other side closed it.</summary>
    public bool IsAtEnd => _watch is { IsCompleted: true } && (_watch.IsFaulted || socket.Available == 0);

    public bool IsStalled =>
        Interlocked.Read(ref _waitingSince) is var since and not 0
        && options.Time.GetElapsedTime(since) > (_inFrame ? options.TransferTimeout : options.IdleConnection);

    /// <summary>False when the client closed the connection.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        Release();
        _inFrame = false;
        while (_end - _start < 4)
        {
            if (!await FillSmallAsync()) return false;
        }
        _inFrame = true;
        var size = BinaryPrimitives.ReadInt32BigEndian(_small.AsSpan(_start));
        if (size < SmallestFrame || size > options.MaxFrameBytes)
            throw new MalformedRequestException($"a request of {size} bytes; {SmallestFrame} to {options.MaxFrameBytes} are allowed");
        _start += 4;
        return size <= SmallBuffer - 4 ? await ReadSmallAsync(size) : await ReadLargeAsync(size, cancel);
    }

    /// <summary>A task that ends when something arrives or the client closes; null when there already is something.</summary>
    public Task? WatchForData()
    {
        if (_end > _start) return null;
        return _watch ??= socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).AsTask();
    }

    /// <summary>Gives the memory of a large frame back.</summary>
    public void Release()
    {
        if (_large is null) return;
        ArrayPool<byte>.Shared.Return(_large);
        _large = null;
        Frame = default;
        _lease.Dispose();
        _lease = default;
    }

    public void Dispose() => Release();

    private async ValueTask<bool> ReadSmallAsync(int size)
    {
        while (_end - _start < size)
        {
            if (!await FillSmallAsync()) return false;
        }
        Frame = _small.AsMemory(_start, size);
        _start += size;
        return true;
    }

    private async ValueTask<bool> ReadLargeAsync(int size, CancellationToken cancel)
    {
        _lease = await budget.TakeAsync(size, cancel);
        _large = ArrayPool<byte>.Shared.Rent(size);
        var have = Math.Min(size, _end - _start);
        _small.AsSpan(_start, have).CopyTo(_large);
        _start += have;
        while (have < size)
        {
            var count = await ReceiveAsync(_large.AsMemory(have, size - have));
            if (count == 0) return false;
            have += count;
        }
        Frame = _large.AsMemory(0, size);
        return true;
    }

    private async ValueTask<bool> FillSmallAsync()
    {
        if (_start > 0)
        {
            _small.AsSpan(_start, _end - _start).CopyTo(_small);
            _end -= _start;
            _start = 0;
        }
        var count = await ReceiveAsync(_small.AsMemory(_end));
        _end += count;
        return count > 0;
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> target)
    {
        Interlocked.Exchange(ref _waitingSince, options.Time.GetTimestamp());
        if (_watch is { } watch)
        {
            await watch;
            _watch = null;
        }
        var count = await socket.ReceiveAsync(target, SocketFlags.None);
        Interlocked.Exchange(ref _waitingSince, 0);
        return count;
    }
}
