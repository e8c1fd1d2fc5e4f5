using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Analytics.Api.Ingest;

/// <summary>CloudEvents HTTP binding, binary mode: attributes in <c>ce-</c> headers, data in the body. Rewritten as structured mode.</summary>
internal static class BinaryMode
{
    private const string Prefix = "ce-";

    public static bool Announced(IHeaderDictionary headers) =>
        headers.ContainsKey("ce-specversion") || headers.ContainsKey("ce-type") || headers.ContainsKey("ce-id");

    public static ReadOnlyMemory<byte> ToStructured(HttpRequest request, ReadOnlyMemory<byte> data)
    {
        var buffer = new ArrayBufferWriter<byte>(512 + data.Length);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        foreach (var (header, values) in request.Headers)
        {
            if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var value in values) // A header that comes twice is an attribute that occurs twice: the reader refuses it.
                json.WriteString(header[Prefix.Length..].ToLowerInvariant(), Decode(value ?? ""));
        }

        if (!string.IsNullOrEmpty(request.ContentType))
            json.WriteString("datacontenttype", request.ContentType);
        if (!data.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            json.WritePropertyName("data");
            WriteData(json, data.Span);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteData(Utf8JsonWriter json, ReadOnlySpan<byte> data)
    {
        try
        {
            Check(data);
            json.WriteRawValue(data, skipInputValidation: true);
        }
        catch (JsonException e)
        {
            throw new IngestException(IngestRefusal.MalformedJson, Malformed.Place(e));
        }
    }

    // Exactly one value: otherwise "data" could bring attributes along.
    private static void Check(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data, Contracts.EventReader.DocumentOptions);
        reader.Read();
        reader.Skip();
        reader.Read();
    }

    /// <summary>A value may be a quoted string; then percent-encoded UTF-8 is decoded.</summary>
    private static string Decode(string value)
    {
        if (value.Length >= 2 && value[0] == '"' && value[^1] == '"')
        {
            var text = new StringBuilder(value.Length);
            for (var i = 1; i < value.Length - 1; i++)
                text.Append(value[i] == '\\' && i + 1 < value.Length - 1 ? value[++i] : value[i]);
            value = text.ToString();
        }

        return Uri.UnescapeDataString(value);
    }
}
