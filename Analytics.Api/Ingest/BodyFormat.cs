using Microsoft.Net.Http.Headers;

namespace Analytics.Api.Ingest;

/// <summary>What a body consists of.</summary>
internal enum BodyFormat
{
    /// <summary>One event or an array of events: whatever the first character says.</summary>
    Json,

    /// <summary>One event (CloudEvents structured mode).</summary>
    Single,

    /// <summary>An array of events (CloudEvents batched mode).</summary>
    Batch,

    /// <summary>One event per line.</summary>
    Lines,

    /// <summary>The data of one event whose attributes are headers (CloudEvents binary mode).</summary>
    Binary,
}

/// <summary>Recognises a <see cref="BodyFormat"/> by the headers.</summary>
internal static class BodyFormats
{
    public const string Accepted =
        "application/json, application/x-ndjson, application/cloudevents+json, application/cloudevents-batch+json";

    public static BodyFormat Of(HttpRequest request)
    {
        var binary = BinaryMode.Announced(request.Headers);
        if (binary && string.IsNullOrEmpty(request.ContentType))
            return BodyFormat.Binary; // an event without data
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !IsUtf8(type))
            throw Unsupported();

        return type.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/cloudevents+json" => BodyFormat.Single,
            "application/cloudevents-batch+json" => BodyFormat.Batch,
            "application/json" or "text/json" => binary ? BodyFormat.Binary : BodyFormat.Json,
            "application/x-ndjson" or "application/ndjson" or "application/jsonl" or "application/x-jsonlines" => BodyFormat.Lines,
            { } other when binary && other.EndsWith("+json", StringComparison.Ordinal) => BodyFormat.Binary,
            _ => throw Unsupported(),
        };
    }

    private static bool IsUtf8(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase)
        || type.Charset.Equals("utf8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase);

    private static IngestException Unsupported() => new(IngestRefusal.UnsupportedType,
        $"Content-Type must be one of: {Accepted}; the charset, if there is one, utf-8.");
}
