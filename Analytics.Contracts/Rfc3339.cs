namespace Analytics.Contracts;

/// <summary>RFC 3339 timestamps to and from Unix milliseconds, over UTF-8, without allocating.</summary>
public static class Rfc3339
{
    /// <summary>Length of what <see cref="Format"/> writes.</summary>
    public const int FormattedLength = 24; // 2026-11-24T00:30:00.000Z

    private const int MaxFractionDigits = 9;
    private const long MsPerDay = 86_400_000;
    private static ReadOnlySpan<byte> DaysInMonth => [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    /// <summary>
    /// Accepts <c>2026-11-24T00:30:00[.1 to 9 digits](Z|±hh:mm)</c>, <c>t</c> and <c>z</c> too. Digits beyond the millisecond
    /// are cut off. A leap second (23:59:60 UTC) counts as the last millisecond before it.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long unixMs)
    {
        unixMs = 0;
        if (text.Length < 20
            || !Digits(text, 0, 4, out var year) || text[4] != '-' || !Digits(text, 5, 2, out var month) || text[7] != '-'
            || !Digits(text, 8, 2, out var day) || (text[10] | 0x20) != 't' || !Digits(text, 11, 2, out var hour) || text[13] != ':'
            || !Digits(text, 14, 2, out var minute) || text[16] != ':' || !Digits(text, 17, 2, out var second))
        {
            return false;
        }

        if (month is < 1 or > 12 || day < 1 || day > DaysOf(year, month) || hour > 23 || minute > 59 || second > 60)
            return false;
        if (!Fraction(text, out var next, out var ms) || !Offset(text[next..], out var offsetMinutes))
            return false;

        var leap = second == 60;
        if (leap)
            (second, ms) = (59, 999);
        unixMs = DaysSinceEpoch(year, month, day) * MsPerDay + ((hour * 60 + minute - offsetMinutes) * 60L + second) * 1000 + ms;
        return !leap || Mod(unixMs, MsPerDay) == MsPerDay - 1;
    }

    /// <summary>Writes UTC with milliseconds, e.g. <c>2026-11-24T00:30:00.000Z</c>. Years 0000 to 9999.</summary>
    public static void Format(long unixMs, Span<byte> destination)
    {
        var msOfDay = (int)Mod(unixMs, MsPerDay);
        var (year, month, day) = Date((unixMs - msOfDay) / MsPerDay);
        destination[FormattedLength - 1] = (byte)'Z';
        Put(destination, 0, 4, year);
        destination[4] = (byte)'-';
        Put(destination, 5, 2, month);
        destination[7] = (byte)'-';
        Put(destination, 8, 2, day);
        destination[10] = (byte)'T';
        Put(destination, 11, 2, msOfDay / 3_600_000);
        destination[13] = (byte)':';
        Put(destination, 14, 2, msOfDay / 60_000 % 60);
        destination[16] = (byte)':';
        Put(destination, 17, 2, msOfDay / 1000 % 60);
        destination[19] = (byte)'.';
        Put(destination, 20, 3, msOfDay % 1000);
    }

    private static bool Fraction(ReadOnlySpan<byte> text, out int next, out int ms)
    {
        (next, ms) = (19, 0);
        if (text[19] != '.')
            return true;

        var scale = 100;
        for (next = 20; next < text.Length && char.IsAsciiDigit((char)text[next]); next++, scale /= 10)
            ms += (text[next] - '0') * scale;
        return next - 20 is > 0 and <= MaxFractionDigits;
    }

    private static bool Offset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 1)
            return (text[0] | 0x20) == 'z';
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !Digits(text, 1, 2, out var hour) || !Digits(text, 4, 2, out var minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        minutes = (text[0] == '-' ? -1 : 1) * (hour * 60 + minute);
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, int start, int count, out int value)
    {
        value = 0;
        foreach (var c in text.Slice(start, count))
        {
            var digit = (uint)(c - '0');
            if (digit > 9)
                return false;
            value = value * 10 + (int)digit;
        }

        return true;
    }

    private static void Put(Span<byte> destination, int start, int count, int value)
    {
        for (var i = start + count - 1; i >= start; i--, value /= 10)
            destination[i] = (byte)('0' + value % 10);
    }

    private static int DaysOf(int year, int month) =>
        month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : DaysInMonth[month - 1];

    // Proleptic Gregorian calendar in eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
    private static long DaysSinceEpoch(int year, int month, int day)
    {
        if (month <= 2)
            year--;
        var era = (year >= 0 ? year : year - 399) / 400;
        var yearOfEra = year - era * 400;
        var dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return era * 146_097L + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
    }

    private static (int Year, int Month, int Day) Date(long days)
    {
        days += 719_468;
        var era = (days >= 0 ? days : days - 146_096) / 146_097;
        var dayOfEra = (int)(days - era * 146_097);
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var shifted = (5 * dayOfYear + 2) / 153;
        var month = shifted < 10 ? shifted + 3 : shifted - 9;
        return ((int)(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1);
    }

    private static long Mod(long value, long divisor)
    {
        var rest = value % divisor;
        return rest < 0 ? rest + divisor : rest;
    }
}
