using System.Globalization;

namespace Analytics.Api.Ingest;

/// <summary>Reads <c>Prefer: wait=N</c> (RFC 7240): N seconds. What cannot be understood is ignored, as the RFC asks.</summary>
internal static class PreferWait
{
    public static TimeSpan? Of(HttpRequest request, TimeSpan longest)
    {
        foreach (var header in request.Headers["Prefer"])
        {
            foreach (var preference in (header ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                var (name, value) = preference.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries) is [var n, var v] ? (n, v.Trim('"')) : ("", "");
                if (name.Equals("wait", StringComparison.OrdinalIgnoreCase)
                    && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                {
                    var asked = TimeSpan.FromSeconds(seconds);
                    return asked < longest ? asked : longest;
                }
            }
        }

        return null;
    }
}
