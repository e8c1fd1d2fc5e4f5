using System.Text.Json;

namespace Analytics.Api.Query;

/// <summary>Parts of a whole in an answer.</summary>
internal static class Share
{
    /// <summary>From 0 to 1; null of nothing.</summary>
    public static void WriteShare(this Utf8JsonWriter json, long part, long whole)
    {
        if (whole == 0)
            json.WriteNullValue();
        else
            json.WriteNumberValue((double)part / whole);
    }
}
