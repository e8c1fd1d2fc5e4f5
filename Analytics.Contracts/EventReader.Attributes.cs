using System.Text;
using System.Text.Json;
using static Analytics.Contracts.EventErrorCodes;

namespace Analytics.Contracts;

/// <summary>The attributes of an event: which there are, and what each may hold.</summary>
public sealed partial class EventReader
{
    private readonly ExtensionBuffer _extensions = new();

    [Flags]
    private enum Attributes
    {
        None = 0,
        SpecVersion = 1 << 0,
        Id = 1 << 1,
        Type = 1 << 2,
        Source = 1 << 3,
        Subject = 1 << 4,
        Time = 1 << 5,
        SessionId = 1 << 6,
        TraceId = 1 << 7,
        DataContentType = 1 << 8,
        Data = 1 << 9,
        DataBase64 = 1 << 10,
    }

    private static Attributes AttributeOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when name.SequenceEqual("id"u8) => Attributes.Id,
        4 when name.SequenceEqual("type"u8) => Attributes.Type,
        4 when name.SequenceEqual("time"u8) => Attributes.Time,
        4 when name.SequenceEqual("data"u8) => Attributes.Data,
        6 when name.SequenceEqual("source"u8) => Attributes.Source,
        7 when name.SequenceEqual("subject"u8) => Attributes.Subject,
        7 when name.SequenceEqual("traceid"u8) => Attributes.TraceId,
        9 when name.SequenceEqual("sessionid"u8) => Attributes.SessionId,
        11 when name.SequenceEqual("specversion"u8) => Attributes.SpecVersion,
        11 when name.SequenceEqual("data_base64"u8) => Attributes.DataBase64,
        15 when name.SequenceEqual("datacontenttype"u8) => Attributes.DataContentType,
        _ => Attributes.None,
    };

    private bool ReadAttribute(ref Utf8JsonReader reader)
    {
        if (!TryUnescape(ref reader, out var nameText))
            return Fail(InvalidEscape, "an attribute's name has half a surrogate pair (\\ud800 to \\udfff)");
        var attribute = AttributeOf(In(nameText));
        if (attribute == Attributes.None)
            return ReadExtension(ref reader, nameText);
        if ((_seen & attribute) != 0)
            return Fail(DuplicateAttribute, $"{Name(In(nameText))} occurs twice");

        _seen |= attribute;
        reader.Read();
        return attribute switch
        {
            Attributes.Id => ReadText(ref reader, "id"u8, EventRules.MaxIdLength, out _id),
            Attributes.Type => ReadType(ref reader),
            Attributes.Source => ReadSource(ref reader),
            Attributes.Subject => ReadText(ref reader, "subject"u8, EventRules.MaxSubjectLength, out _subject),
            Attributes.Time => ReadTime(ref reader),
            Attributes.SessionId => ReadText(ref reader, "sessionid"u8, EventRules.MaxSessionIdLength, out _sessionId),
            Attributes.TraceId => ReadTraceId(ref reader),
            Attributes.SpecVersion => ReadSpecVersion(ref reader),
            Attributes.DataContentType => ReadDataContentType(ref reader),
            Attributes.DataBase64 => reader.TokenType == JsonTokenType.Null
                || Fail(UnsupportedData, "data_base64 is not supported: data must be a JSON object"),
            _ => ReadData(ref reader),
        };
    }

    /// <summary>A string attribute; null is the same as leaving it out.</summary>
    private bool ReadText(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, int maxLength, out Text text)
    {
        text = default;
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.String)
            return Fail(InvalidType, $"{Name(name)} must be a string, not {Named(reader.TokenType)}");
        if (!TryUnescape(ref reader, out var value))
            return Fail(InvalidEscape, $"{Name(name)} has half a surrogate pair (\\ud800 to \\udfff)");
        var bytes = In(value);
        if (bytes.IsEmpty)
            return Fail(Empty, $"{Name(name)} must not be empty; leave it out instead");
        if (Characters.LongerThan(bytes, maxLength))
            return Fail(TooLong, $"{Name(name)} may have at most {maxLength} characters");
        if (Characters.HasControl(bytes))
            return Fail(InvalidCharacter, $"{Name(name)} has a control character");
        text = value;
        return true;
    }

    private bool ReadType(ref Utf8JsonReader reader)
    {
        if (!ReadText(ref reader, "type"u8, EventRules.MaxTypeLength, out var type))
            return false;
        if (!Characters.IsType(In(type)))
            return Fail(InvalidCharacter, "type may consist of the letters A to Z and a to z, digits and . _ : / - only");
        _type = type;
        return true;
    }

    private bool ReadSource(ref Utf8JsonReader reader)
    {
        if (!ReadText(ref reader, "source"u8, EventRules.MaxSourceLength, out var source))
            return false;
        if (!UriReference.IsValid(In(source)))
            return Fail(InvalidSource, "source must be a URI reference (RFC 3986), e.g. /web or https://shop.example/checkout");
        _source = source;
        return true;
    }

    private bool ReadTime(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.String)
            return Fail(InvalidType, $"time must be an RFC 3339 string, not {Named(reader.TokenType)}");
        if (!TryUnescape(ref reader, out var text) || !Rfc3339.TryParse(In(text), out var time))
            return Fail(InvalidTime, "time must be an RFC 3339 date and time with offset, e.g. 2026-11-24T08:30:00.123Z");
        if (time is < EventRules.MinTimeUnixMs or > EventRules.MaxTimeUnixMs)
            return Fail(TimeOutOfRange, "time must lie in the years 1970 to 2100 (UTC)");
        if (time > _received + EventRules.MaxAheadMs)
            return Fail(TimeInFuture, "time lies more than 24 hours ahead of receipt");
        TimeUnixMs = time;
        return true;
    }

    private bool ReadTraceId(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.String)
            return Fail(InvalidType, $"traceid must be a string, not {Named(reader.TokenType)}");
        if (!TryUnescape(ref reader, out var text) || !Characters.IsTraceId(In(text)))
            return Fail(InvalidTraceId, "traceid must be a W3C trace id: 32 hexadecimal digits, not all zero");
        SetTraceId(text);
        return true;
    }

    private void SetTraceId(Text text) =>
        _traceId = In(text).ContainsAnyInRange((byte)'A', (byte)'F') ? _scratch.LowerCase(In(text)) : text;

    private bool ReadSpecVersion(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
            return Fail(InvalidType, $"specversion must be a string, not {Named(reader.TokenType)}");
        return reader.TokenType == JsonTokenType.Null || (TryUnescape(ref reader, out var text) && In(text).SequenceEqual("1.0"u8))
            || Fail(UnsupportedSpecVersion, "specversion must be \"1.0\"");
    }

    private bool ReadDataContentType(ref Utf8JsonReader reader)
    {
        if (!ReadText(ref reader, "datacontenttype"u8, EventRules.MaxSourceLength, out var type))
            return false;
        return type.Length == 0 || JsonMediaType.Matches(In(type))
            || Fail(UnsupportedData, "datacontenttype must be a JSON type such as application/json");
    }

    private bool ReadExtension(ref Utf8JsonReader reader, Text nameText)
    {
        var name = In(nameText);
        if (!Characters.IsExtensionName(name))
            return Fail(UnknownAttribute, AttributeHint.For(name));
        if (!_names.Add(owner: 0, nameText, _json.Span, _scratch.Span))
            return Fail(DuplicateAttribute, $"{Name(name)} occurs twice");

        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.String:
                if (!ReadText(ref reader, name, EventRules.MaxExtensionsBytes, out var text))
                    return false;
                TakeTraceParent(In(nameText), text);
                break;
            case JsonTokenType.True or JsonTokenType.False:
            case JsonTokenType.Number when reader.TryGetInt32(out _):
                break;
            case JsonTokenType.Number:
                return Fail(InvalidType, $"{Name(name)}: numbers outside of data must be 32-bit integers");
            default:
                return Fail(InvalidType, $"{Name(name)} must be a string, a boolean or an integer, not {Named(reader.TokenType)}; "
                    + "properties of the event belong into data");
        }

        var start = (int)reader.TokenStartIndex;
        return _extensions.Add(In(nameText), _json.Span[start..(int)reader.BytesConsumed])
            || Fail(ExtensionsTooLarge, $"extension attributes may have at most {EventRules.MaxExtensionsBytes} bytes in sum");
    }

    private static string Name(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);

    /// <summary>The CloudEvents extension for distributed tracing tells the trace id too; an explicit <c>traceid</c> wins.</summary>
    private void TakeTraceParent(ReadOnlySpan<byte> name, Text value)
    {
        if (!name.SequenceEqual("traceparent"u8) || _traceId.Length > 0 || Characters.TraceIdOf(In(value)).IsEmpty)
            return;
        SetTraceId(value with { Start = value.Start + 3, Length = EventRules.TraceIdLength });
    }
}
