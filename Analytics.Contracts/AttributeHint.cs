using System.Text;

namespace Analytics.Contracts;

/// <summary>Says what somebody may have meant by a name that no attribute has.</summary>
internal static class AttributeHint
{
    private static readonly string[] Known =
        ["specversion", "id", "type", "source", "subject", "time", "sessionid", "traceid", "datacontenttype", "data"];

    public static string For(ReadOnlySpan<byte> name)
    {
        var shown = Encoding.UTF8.GetString(name.Length <= 64 ? name : []);
        var folded = new string([.. shown.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);
        var meant = folded switch
        {
            "eventtype" or "eventname" => "type",
            "eventid" or "messageid" => "id",
            "userid" or "distinctid" or "anonymousid" => "subject",
            "timestamp" or "eventtime" or "createdat" => "time",
            _ => Array.Find(Known, known => known == folded),
        };
        var hint = meant is null ? "properties of the event belong into data" : $"did you mean {meant}?";
        return $"unknown attribute{(Printable(shown) ? $" '{shown}'" : "")} (extension attributes have lower-case letters and digits, "
            + $"{EventRules.MaxExtensionNameLength} at most): {hint}";
    }

    private static bool Printable(string text) => text.Length > 0 && !text.Any(char.IsControl);
}
