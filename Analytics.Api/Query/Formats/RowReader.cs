namespace Analytics.Api.Query.Formats;

/// <summary>Cuts the JSON of <see cref="Rows"/> into rows and values without parsing them.</summary>
internal ref struct RowReader(ReadOnlySpan<byte> rows)
{
    private ReadOnlySpan<byte> rest = rows;

    /// <summary>Bytes behind what was read.</summary>
    public readonly int Left => rest.Length;

    /// <summary>Enters the next row; false at the end.</summary>
    public bool TryReadRow()
    {
        if (rest.IsEmpty)
            return false;
        if (rest[0] == ',')
            rest = rest[1..];
        rest = rest[1..];
        return true;
    }

    /// <summary>The next value of the row, as JSON; false after the last one, which leaves the row.</summary>
    public bool TryReadValue(out ReadOnlySpan<byte> value)
    {
        value = default;
        rest = rest.TrimStart(", "u8);
        if (rest[0] == ']')
        {
            rest = rest[1..];
            return false;
        }

        value = rest[..Length(rest)];
        rest = rest[value.Length..];
        return true;
    }

    // Up to the comma or bracket that ends it: those inside texts, arrays and objects do not.
    private static int Length(ReadOnlySpan<byte> text)
    {
        var depth = 0;
        for (var at = 0; at < text.Length; at++)
            switch (text[at])
            {
                case (byte)'"':
                    at += StringLength(text[at..]) - 1;
                    break;
                case (byte)'[' or (byte)'{':
                    depth++;
                    break;
                case (byte)']' or (byte)'}' when depth > 0:
                    depth--;
                    break;
                case (byte)',' or (byte)']' when depth == 0:
                    return at;
            }

        return text.Length;
    }

    private static int StringLength(ReadOnlySpan<byte> text)
    {
        for (var at = 1; ; at++)
        {
            at += text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (text[at] == '"')
                return at + 1;
            at++;
        }
    }
}
