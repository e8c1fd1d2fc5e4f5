using System.Globalization;

namespace Analytics.Api.SavedQueries;

/// <summary>Versions as entity tags (RFC 9110): <c>"3"</c>.</summary>
internal static class Versions
{
    public static string Tag(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>What <c>If-Match</c> demands: 0 for any version, -1 for what no query can have (a weak or foreign tag never matches).</summary>
    public static long Expected(HttpRequest request)
    {
        var tags = request.Headers.IfMatch;
        if (tags.Count == 0 || tags is ["*"])
            return 0;
        return tags is [{ Length: > 2 } tag] && tag[0] == '"' && tag[^1] == '"'
            && long.TryParse(tag.AsSpan(1, tag.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0 ? version : -1;
    }
}
