using System.Buffers;

namespace Analytics.Contracts;

/// <summary>What strings may consist of. All of it works on UTF-8 that has been validated.</summary>
internal static class Characters
{
    private static readonly SearchValues<byte> TypeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-"u8);

    private static readonly SearchValues<byte> ExtensionNameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789"u8);
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    // C0, DEL, and the lead byte of C1 (U+0080 to U+009F is C2 80 to C2 9F).
    private static readonly SearchValues<byte> MayBeControl = SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (byte)c), 0x7F, 0xC2]);

    public static bool IsType(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(TypeCharacters);

    public static bool IsExtensionName(ReadOnlySpan<byte> text) =>
        text.Length is > 0 and <= EventRules.MaxExtensionNameLength && !text.ContainsAnyExcept(ExtensionNameCharacters);

    public static bool IsTraceId(ReadOnlySpan<byte> text) =>
        text.Length == EventRules.TraceIdLength && !text.ContainsAnyExcept(HexDigits) && text.ContainsAnyExcept((byte)'0');

    /// <summary>The trace id within a W3C <c>traceparent</c> (<c>00-traceid-spanid-flags</c>), or empty.</summary>
    public static ReadOnlySpan<byte> TraceIdOf(ReadOnlySpan<byte> traceParent) =>
        traceParent.Length >= 55 && traceParent[2] == '-' && traceParent[35] == '-' && traceParent[52] == '-'
        && IsTraceId(traceParent.Slice(3, EventRules.TraceIdLength))
            ? traceParent.Slice(3, EventRules.TraceIdLength)
            : default;

    public static bool HasControl(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOfAny(MayBeControl); at >= 0;)
        {
            if (text[at] != 0xC2 || text[at + 1] < 0xA0)
                return true;
            text = text[(at + 2)..];
            at = text.IndexOfAny(MayBeControl);
        }

        return false;
    }

    public static bool LongerThan(ReadOnlySpan<byte> text, int characters)
    {
        if (text.Length <= characters)
            return false;
        var count = 0;
        foreach (var b in text)
            count += (b & 0xC0) != 0x80 ? 1 : 0; // every byte but the continuations begins a character
        return count > characters;
    }

    /// <summary>Whether each <c>\u</c> escape of a high surrogate is followed by one of a low surrogate, and none stands alone.</summary>
    /// <param name="escaped">A JSON string as written, which the JSON reader has accepted.</param>
    public static bool EscapesPair(ReadOnlySpan<byte> escaped)
    {
        for (var at = escaped.IndexOf((byte)'\\'); at >= 0; at = escaped.IndexOf((byte)'\\'))
        {
            escaped = escaped[at..];
            if (escaped[1] != 'u')
            {
                escaped = escaped[2..];
                continue;
            }

            var unit = CodeUnit(escaped);
            escaped = escaped[6..];
            if (char.IsLowSurrogate(unit))
                return false;
            if (!char.IsHighSurrogate(unit))
                continue;
            if (escaped.Length < 6 || escaped[0] != '\\' || escaped[1] != 'u' || !char.IsLowSurrogate(CodeUnit(escaped)))
                return false;
            escaped = escaped[6..];
        }

        return true;
    }

    private static char CodeUnit(ReadOnlySpan<byte> escape)
    {
        var unit = 0;
        foreach (var digit in escape.Slice(2, 4))
            unit = unit << 4 | HexValue(digit);
        return (char)unit;
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
