using System.Text.Json;

namespace Analytics.Contracts;

/// <summary>Unescaped and otherwise rewritten strings of one event, one after the other. Grows to the largest event and stays.</summary>
internal sealed class ScratchBuffer
{
    private byte[] _bytes = new byte[1024];
    private int _used;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _used);

    public void Clear() => _used = 0;

    /// <summary>The string or name the reader stands on. Its escapes have been checked.</summary>
    public Text Unescape(ref Utf8JsonReader reader)
    {
        Reserve(reader.ValueSpan.Length); // unescaping only shortens
        return Taken(reader.CopyString(_bytes.AsSpan(_used)));
    }

    public Text LowerCase(ReadOnlySpan<byte> ascii)
    {
        Span<byte> copy = stackalloc byte[EventRules.TraceIdLength]; // the source may lie in the buffer that grows
        ascii.CopyTo(copy);
        Reserve(ascii.Length);
        for (var i = 0; i < ascii.Length; i++)
            _bytes[_used + i] = (byte)char.ToLowerInvariant((char)copy[i]);
        return Taken(ascii.Length);
    }

    private Text Taken(int length)
    {
        var text = new Text(_used, length, InScratch: true);
        _used += length;
        return text;
    }

    private void Reserve(int length)
    {
        if (_bytes.Length - _used < length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + length));
    }
}
