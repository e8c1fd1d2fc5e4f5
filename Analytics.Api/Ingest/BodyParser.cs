using System.Text.Json;
using System.Text.Unicode;
using Analytics.Contracts;

namespace Analytics.Api.Ingest;

/// <summary>Finds the events of a body and has each one read, once, in one pass over the bytes.</summary>
internal static class BodyParser
{
    public static void Parse(BodyFormat format, HttpRequest request, ReadOnlyMemory<byte> body, EventReader reader, EventBatch batch)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body[3..];
        if (format == BodyFormat.Binary)
            body = BinaryMode.ToStructured(request, body);
        if (body.Span.Trim(" \t\r\n"u8).IsEmpty)
            throw new IngestException(IngestRefusal.EmptyBody, "The body is empty.");

        if (format == BodyFormat.Lines)
            ParseLines(body, reader, batch);
        else if (format == BodyFormat.Batch || (format == BodyFormat.Json && body.Span.TrimStart(" \t\r\n"u8)[0] == '['))
            ParseArray(body, reader, batch);
        else
            ParseOne(body, reader, batch);
        if (batch.Records.Count + batch.RejectedCount == 0)
            throw new IngestException(IngestRefusal.EmptyBody, "The body has no events.");
    }

    private static void ParseOne(ReadOnlyMemory<byte> body, EventReader reader, EventBatch batch)
    {
        if (reader.TryRead(body, batch.Received, out var error))
            batch.Accept(reader);
        else
            batch.Reject(reader, error);
    }

    private static void ParseLines(ReadOnlyMemory<byte> body, EventReader reader, EventBatch batch)
    {
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
                ParseOne(line, reader, batch);
        }
    }

    private static void ParseArray(ReadOnlyMemory<byte> body, EventReader reader, EventBatch batch)
    {
        var isUtf8 = Utf8.IsValid(body.Span);
        try
        {
            var json = new Utf8JsonReader(body.Span, EventReader.DocumentOptions);
            json.Read();
            if (json.TokenType != JsonTokenType.StartArray)
                throw new IngestException(IngestRefusal.MalformedJson, "A batch must be a JSON array of events.");
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                if (!isUtf8 && SkipIfNotUtf8(ref json, body.Span))
                    batch.Reject(id: null, new EventError(EventErrorCodes.InvalidUtf8, "the event is not valid UTF-8"));
                else if (reader.TryRead(ref json, body, batch.Received, out var error))
                    batch.Accept(reader);
                else
                    batch.Reject(reader, error);
            }

            json.Read(); // throws when something follows the array
        }
        catch (JsonException e)
        {
            throw new IngestException(IngestRefusal.MalformedJson, Malformed.Place(e) + " Nothing of the batch was accepted.");
        }
    }

    /// <summary>The rest of the body shows that something in it is not UTF-8: is it this event?</summary>
    private static bool SkipIfNotUtf8(ref Utf8JsonReader json, ReadOnlySpan<byte> body)
    {
        var end = json;
        end.Skip();
        if (Utf8.IsValid(body[(int)json.TokenStartIndex..(int)end.BytesConsumed]))
            return false;
        json = end;
        return true;
    }
}
