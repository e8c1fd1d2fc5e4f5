using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Analytics.Api.Query.Language;

/// <summary>Parts of canonical forms that several kinds of questions share.</summary>
internal static class Canonicals
{
    /// <summary>Filters are a set: sorted, each once.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<Filter> filters)
    {
        json.WriteStartArray();
        foreach (var text in filters.Select(Text).Distinct().Order(StringComparer.Ordinal))
            json.WriteRawValue(text);
        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, IReadOnlyList<Measure> measures)
    {
        json.WriteStartArray();
        foreach (var measure in measures)
            json.WriteStringValue($"{measure.Op} {measure.Field?.Name} {measure.Name}");
        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, IReadOnlyList<Field> fields)
    {
        json.WriteStartArray();
        foreach (var field in fields)
            json.WriteStringValue(field.Name);
        json.WriteEndArray();
    }

    private static string Text(Filter filter)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            filter.Write(json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
