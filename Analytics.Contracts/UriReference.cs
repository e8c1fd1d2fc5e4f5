using System.Buffers;

namespace Analytics.Contracts;

/// <summary>The grammar of a URI reference (RFC 3986, section 4.1) as far as single characters and their order go.</summary>
internal static class UriReference
{
    private static readonly SearchValues<byte> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%"u8);

    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (text.ContainsAnyExcept(Allowed) || !PercentsAreEncodings(text))
            return false;

        var fragment = text.IndexOf((byte)'#');
        if (fragment >= 0 && text[(fragment + 1)..].Contains((byte)'#'))
            return false;

        // A colon in the first segment can only end a scheme.
        var colon = text.IndexOfAny(":/?#"u8);
        if (colon >= 0 && text[colon] == ':' && !IsScheme(text[..colon]))
            return false;
        return !text.ContainsAny((byte)'[', (byte)']') || BracketsAreAHost(text);
    }

    private static bool PercentsAreEncodings(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOf((byte)'%'); at >= 0; at = text.IndexOf((byte)'%'))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[at + 1]) || !char.IsAsciiHexDigit((char)text[at + 2]))
                return false;
            text = text[(at + 3)..];
        }

        return true;
    }

    private static bool IsScheme(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || !char.IsAsciiLetter((char)text[0]))
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'+' or (byte)'-' or (byte)'.'))
                return false;
        }

        return true;
    }

    private static bool BracketsAreAHost(ReadOnlySpan<byte> text)
    {
        var start = text.IndexOf("//["u8);
        var (open, close) = (text.IndexOf((byte)'['), text.IndexOf((byte)']'));
        return start >= 0 && open == start + 2 && close > open
            && !text[(open + 1)..].Contains((byte)'[') && !text[(close + 1)..].Contains((byte)']');
    }
}
