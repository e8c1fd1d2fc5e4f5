namespace Analytics.Contracts;

/// <summary>Collects extension attributes into one JSON object; their values stay as they were written.</summary>
internal sealed class ExtensionBuffer
{
    private readonly byte[] _json = new byte[EventRules.MaxExtensionsBytes];
    private int _used;

    /// <summary>The object, or nothing when there are no extension attributes.</summary>
    public ReadOnlySpan<byte> Text => _json.AsSpan(0, _used);

    public void Clear() => _used = 0;

    /// <summary>False when it does not fit.</summary>
    public bool Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var end = Math.Max(_used, 1); // Over the closing brace of what is there, or after the opening one.
        if (end + name.Length + value.Length + 4 > _json.Length)
            return false;

        var free = _json.AsSpan(end - (_used == 0 ? 0 : 1));
        _json[0] = (byte)'{';
        if (_used > 0)
        {
            free[0] = (byte)',';
            free = free[1..];
        }

        free[0] = (byte)'"';
        name.CopyTo(free[1..]);
        free[name.Length + 1] = (byte)'"';
        free[name.Length + 2] = (byte)':';
        value.CopyTo(free[(name.Length + 3)..]);
        free[name.Length + 3 + value.Length] = (byte)'}';
        _used = _json.Length - free.Length + name.Length + value.Length + 4;
        return true;
    }
}
