using System.Text.Json;
using System.Text.Unicode;
using static Analytics.Contracts.EventErrorCodes;

namespace Analytics.Contracts;

/// <summary>
/// Reads one event in one pass and checks every rule of <see cref="EventRules"/>. Reusable, not thread-safe, free of
/// allocations once its buffers have grown, except for the message of an error. The API and the worker read with it, so
/// both sides apply the same rules.
/// </summary>
/// <remarks>The spans point into the bytes that were read and into the reader's scratch buffer: they are valid until the next read.</remarks>
public sealed partial class EventReader
{
    /// <summary>
    /// For whole documents that hold events: far deeper than an event may be, so that one event that is too deep is
    /// refused alone.
    /// </summary>
    public static JsonReaderOptions DocumentOptions { get; } = new() { MaxDepth = 1 << 20 };

    private readonly KeySet _names = new();
    private readonly ScratchBuffer _scratch = new();
    private ReadOnlyMemory<byte> _json;
    private long _received;
    private EventError _error;
    private Attributes _seen;
    private int _owners;
    private Text _id, _type, _source, _subject, _sessionId, _traceId, _data;

    /// <summary>Whether the event names its id. True after a refusal as well, when the id could be read.</summary>
    public bool HasId => _id.Length > 0;

    /// <summary>See <see cref="AnalyticsEvent.Id"/>; empty when the event has none.</summary>
    public ReadOnlySpan<byte> Id => In(_id);

    /// <summary>See <see cref="AnalyticsEvent.Type"/>.</summary>
    public ReadOnlySpan<byte> Type => In(_type);

    /// <summary>See <see cref="AnalyticsEvent.Source"/>; <c>/</c> when the event names none.</summary>
    public ReadOnlySpan<byte> Source => _source.Length > 0 ? In(_source) : "/"u8;

    /// <summary>See <see cref="AnalyticsEvent.Subject"/>.</summary>
    public ReadOnlySpan<byte> Subject => In(_subject);

    /// <summary>See <see cref="AnalyticsEvent.SessionId"/>.</summary>
    public ReadOnlySpan<byte> SessionId => In(_sessionId);

    /// <summary>See <see cref="AnalyticsEvent.TraceId"/>; taken from the extension <c>traceparent</c> when the event has only that.</summary>
    public ReadOnlySpan<byte> TraceId => In(_traceId);

    /// <summary>See <see cref="AnalyticsEvent.Data"/>.</summary>
    public ReadOnlySpan<byte> Data => In(_data);

    /// <summary>See <see cref="AnalyticsEvent.Extensions"/>.</summary>
    public ReadOnlySpan<byte> Extensions => _extensions.Text;

    /// <summary>See <see cref="AnalyticsEvent.TimeUnixMs"/>; the time of receipt when the event names none.</summary>
    public long TimeUnixMs { get; private set; }

    /// <summary>All of it.</summary>
    public AnalyticsEvent Current => new()
    {
        Id = Id,
        Type = Type,
        Source = Source,
        Subject = Subject,
        TimeUnixMs = TimeUnixMs,
        SessionId = SessionId,
        TraceId = TraceId,
        Data = Data,
        Extensions = Extensions,
    };

    /// <summary>Reads the one event that <paramref name="json"/> consists of.</summary>
    /// <param name="json">One JSON object, with nothing but white space around it.</param>
    /// <param name="receivedUnixMs">When the API received it: default of <c>time</c>, and what "in the future" is measured from.</param>
    /// <param name="error">Why it was refused.</param>
    public bool TryRead(ReadOnlyMemory<byte> json, long receivedUnixMs, out EventError error)
    {
        Reset(json, receivedUnixMs);
        if (json.Length > EventRules.MaxEventBytes)
            Fail(EventTooLarge, $"an event may have at most {EventRules.MaxEventBytes} bytes, this one has {json.Length}");
        else if (!Utf8.IsValid(json.Span))
            Fail(InvalidUtf8, "the event is not valid UTF-8");
        else
            ReadDocument(json.Span);
        error = _error;
        return error.Code is null;
    }

    /// <summary>
    /// Reads the event at the position of <paramref name="reader"/>, which goes over the whole of <paramref name="document"/>
    /// with <see cref="DocumentOptions"/>, and leaves the reader on the event's last token, also when the event is refused.
    /// </summary>
    /// <exception cref="JsonException">The document itself is malformed.</exception>
    public bool TryRead(ref Utf8JsonReader reader, ReadOnlyMemory<byte> document, long receivedUnixMs, out EventError error)
    {
        Reset(document, receivedUnixMs);
        var start = reader.TokenStartIndex;
        ReadEvent(ref reader);
        if (reader.BytesConsumed - start > EventRules.MaxEventBytes)
            Fail(EventTooLarge, $"an event may have at most {EventRules.MaxEventBytes} bytes, this one has {reader.BytesConsumed - start}");
        error = _error;
        return error.Code is null;
    }

    /// <summary>Forgets the event, and with it the memory it was read from. For readers that are kept for later.</summary>
    public void Release() => Reset(default, 0);

    private void ReadDocument(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, DocumentOptions);
            reader.Read();
            ReadEvent(ref reader);
            reader.Read(); // throws when something follows
        }
        catch (JsonException e)
        {
            Fail(MalformedJson, $"not valid JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
    }

    private void ReadEvent(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Fail(NotAnObject, $"an event is a JSON object, not {Named(reader.TokenType)}");
            reader.Skip();
            return;
        }

        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!ReadAttribute(ref reader))
            {
                SkipTo(ref reader, depth);
                return;
            }
        }

        if (_type.Length == 0)
            Fail(MissingAttribute, "type is required");
    }

    /// <summary>Goes to the end of a refused event, looking for its id on the way, so that the refusal can name it.</summary>
    private void SkipTo(ref Utf8JsonReader reader, int depth)
    {
        while (reader.TokenType != JsonTokenType.EndObject || reader.CurrentDepth != depth)
        {
            reader.Read();
            if (_id.Length > 0 || reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != depth + 1
                || !reader.ValueTextEquals("id"u8))
            {
                continue;
            }

            reader.Read();
            if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length is > 0 and <= EventRules.MaxIdLength && !reader.ValueIsEscaped)
                _id = ValueIn(ref reader);
        }
    }

    private bool ReadData(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.StartObject)
            return Fail(InvalidType, $"data must be an object, not {Named(reader.TokenType)}");

        var start = (int)reader.TokenStartIndex;
        if (!ReadProperties(ref reader))
            return false;
        _data = new Text(start, (int)reader.BytesConsumed - start, InScratch: false);
        return _data.Length <= EventRules.MaxDataBytes
            || Fail(DataTooLarge, $"data may have at most {EventRules.MaxDataBytes} bytes, this one has {_data.Length}");
    }

    private bool ReadProperties(ref Utf8JsonReader reader)
    {
        // Index: level of nesting, 1 for data itself. Value: the number that tells the objects apart.
        Span<int> owners = stackalloc int[EventRules.MaxDataDepth + 1];
        var outside = reader.CurrentDepth;
        var keys = 0;
        do
        {
            var level = reader.CurrentDepth - outside;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray when level >= EventRules.MaxDataDepth:
                    return Fail(DataTooDeep, $"data may be nested {EventRules.MaxDataDepth} levels deep at most");
                case JsonTokenType.StartObject:
                    owners[level + 1] = ++_owners;
                    break;
                case JsonTokenType.PropertyName:
                    if (++keys > EventRules.MaxDataKeys)
                        return Fail(TooManyKeys, $"data may have at most {EventRules.MaxDataKeys} keys, those of nested objects included");
                    if (!AddKey(ref reader, owners[level]))
                        return false;
                    break;
                case JsonTokenType.String when reader.ValueIsEscaped && !Characters.EscapesPair(reader.ValueSpan):
                    return Fail(InvalidEscape, "data has a string with half a surrogate pair (\\ud800 to \\udfff)");
                case JsonTokenType.Number when !IsFinite(ref reader):
                    return Fail(NumberOutOfRange, "data has a number beyond the range of a 64-bit float");
            }
        }
        while (reader.Read() && reader.CurrentDepth > outside);
        return true;
    }

    private bool AddKey(ref Utf8JsonReader reader, int owner)
    {
        if (!TryUnescape(ref reader, out var key))
            return Fail(InvalidEscape, "data has a key with half a surrogate pair (\\ud800 to \\udfff)");
        return _names.Add(owner, key, _json.Span, _scratch.Span) || Fail(DuplicateKey, "data has an object in which a key occurs twice");
    }

    // Without an exponent it takes 309 digits to leave the range.
    private static bool IsFinite(ref Utf8JsonReader reader) =>
        (reader.ValueSpan.Length < 300 && !reader.ValueSpan.ContainsAny((byte)'e', (byte)'E'))
        || (reader.TryGetDouble(out var value) && double.IsFinite(value));

    /// <summary>The string or name the reader stands on; false when it cannot be unescaped.</summary>
    private bool TryUnescape(ref Utf8JsonReader reader, out Text text)
    {
        text = default;
        if (!reader.ValueIsEscaped)
        {
            text = ValueIn(ref reader);
            return true;
        }

        if (!Characters.EscapesPair(reader.ValueSpan))
            return false;
        text = _scratch.Unescape(ref reader);
        return true;
    }

    private static Text ValueIn(ref Utf8JsonReader reader) => new((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, InScratch: false);

    private ReadOnlySpan<byte> In(Text text) => text.In(_json.Span, _scratch.Span);

    private void Reset(ReadOnlyMemory<byte> json, long received)
    {
        _json = json;
        _received = TimeUnixMs = received;
        _error = default;
        _seen = Attributes.None;
        _owners = 0;
        _id = _type = _source = _subject = _sessionId = _traceId = _data = default;
        _names.Clear();
        _scratch.Clear();
        _extensions.Clear();
    }

    private bool Fail(string code, string message)
    {
        _error = new EventError(code, message);
        return false;
    }

    private static string Named(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "a boolean",
    };
}
