using System.Buffers;

namespace Analytics.Api.Query;

/// <summary>Bytes in rented memory that grows; returned when disposed.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(16 * 1024);

    public int Length { get; private set; }

    public Span<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Reads a stream to its end; false when it has more than <paramref name="most"/> bytes.</summary>
    public async Task<bool> TryFillAsync(Stream stream, int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Length == _bytes.Length)
                Grow();
            var read = await stream.ReadAsync(_bytes.AsMemory(Length), cancellationToken);
            if (read == 0)
                return true;

            Length += read;
            if (Length > most)
                return false;
        }
    }

    public void Truncate(int length) => Length = Math.Min(Length, length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        while (_bytes.Length - Length < Math.Max(sizeHint, 1))
            Grow();
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        var bytes = Interlocked.Exchange(ref _bytes, []);
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
        Length = 0;
    }

    private void Grow()
    {
        ObjectDisposedException.ThrowIf(_bytes.Length == 0, this);
        var larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
