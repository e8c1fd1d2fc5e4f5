using System.Text;

namespace Analytics.Contracts;

/// <summary>Recognises media types of JSON: <c>application/json</c>, <c>text/json</c> and <c>*/*+json</c>, with any parameters.</summary>
internal static class JsonMediaType
{
    public static bool Matches(ReadOnlySpan<byte> type)
    {
        var end = type.IndexOf((byte)';');
        var name = (end < 0 ? type : type[..end]).Trim((byte)' ');
        var slash = name.IndexOf((byte)'/');
        if (slash <= 0)
            return false;
        var subtype = name[(slash + 1)..];
        return Ascii.EqualsIgnoreCase(subtype, "json"u8)
            || (subtype.Length > 5 && Ascii.EqualsIgnoreCase(subtype[^5..], "+json"u8));
    }
}
