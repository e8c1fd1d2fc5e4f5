using System.Buffers;

namespace Analytics.Api.Ingest;

/// <summary>One decompressed body: a pooled array that doubles up to the limit. Each byte held is booked with <see cref="InFlightBytes"/>.</summary>
internal sealed class RequestBuffer(InFlightBytes budget, int limit) : IDisposable
{
    private const int FirstSize = 16 * 1024;

    private byte[] _bytes = [];
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Reads <paramref name="source"/> to its end.</summary>
    /// <param name="source">Plain bytes: compression is undone.</param>
    /// <param name="expected">Length if the client told one, else 0. Only a hint: memory follows what really arrives.</param>
    /// <param name="ct">Ends when the client goes.</param>
    public async Task FillAsync(Stream source, long expected, CancellationToken ct)
    {
        Resize((int)Math.Clamp(expected + 1, FirstSize, Math.Min(1 << 20, Math.Max(limit, FirstSize))));
        while (true)
        {
            if (_length == _bytes.Length)
                Resize(Next(_bytes.Length, limit));
            var read = await source.ReadAsync(_bytes.AsMemory(_length, Math.Min(_bytes.Length - _length, limit + 1 - _length)), ct);
            if (read == 0)
                return;
            _length += read;
            if (_length > limit)
                throw new IngestException(IngestRefusal.TooLarge, $"The body has more than {limit} bytes once decompressed.");
        }
    }

    /// <summary>Twice the size, but no more than is needed to see that the limit is exceeded: twice 1 GiB is no int any more.</summary>
    internal static int Next(int size, int limit) => (int)Math.Min(size * 2L, limit + 1L);

    public void Dispose()
    {
        Return(_bytes);
        (_bytes, _length) = ([], 0);
    }

    private void Resize(int size)
    {
        var rented = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            budget.Take(rented.Length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(rented);
            throw;
        }

        _bytes.AsSpan(0, _length).CopyTo(rented);
        Return(_bytes);
        _bytes = rented;
    }

    private void Return(byte[] bytes)
    {
        if (bytes.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(bytes);
        budget.Give(bytes.Length);
    }
}
