namespace Benchmarks.Events;

/// <summary>Writes ids and times over the stand-ins of a copied batch.</summary>
internal static class Stamp
{
    private static ReadOnlySpan<byte> Hex => "0123456789abcdef"u8;

    /// <summary>In the form of a UUID, 36 characters.</summary>
    public static void Id(Span<byte> target, ulong high, ulong low)
    {
        for (var i = 0; i < 36; i++)
        {
            if (i is 8 or 13 or 18 or 23)
                continue; // the dashes are there already
            target[i] = Hex[(int)(high >> 60)];
            high = (high << 4) | (low >> 60);
            low <<= 4;
        }
    }

    /// <summary>RFC 3339 with milliseconds, 24 characters; dashes, colons and letters are there already.</summary>
    public static void Time(Span<byte> target, DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        Digits(target, 0, 4, utc.Year);
        Digits(target, 5, 2, utc.Month);
        Digits(target, 8, 2, utc.Day);
        Digits(target, 11, 2, utc.Hour);
        Digits(target, 14, 2, utc.Minute);
        Digits(target, 17, 2, utc.Second);
        Digits(target, 20, 3, utc.Millisecond);
    }

    private static void Digits(Span<byte> target, int at, int count, int value)
    {
        for (var i = at + count - 1; i >= at; i--)
        {
            target[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}
