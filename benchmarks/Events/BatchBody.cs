namespace Benchmarks.Events;

/// <summary>The bytes of one request, reused by its sender for the next.</summary>
internal sealed class BatchBody
{
    private byte[] _bytes = new byte[256 * 1024];

    public int Events { get; set; }

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    public void Clear() => (Events, Length) = (0, 0);

    /// <summary>Room for <paramref name="count"/> more bytes, to be written at once.</summary>
    public Span<byte> Append(int count)
    {
        if (Length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(Length + count, 2 * _bytes.Length));
        var room = _bytes.AsSpan(Length, count);
        Length += count;
        return room;
    }
}
