namespace Analytics.Contracts;

/// <summary>The codes of <see cref="EventError"/>. They are part of the API: clients compare them.</summary>
public static class EventErrorCodes
{
    /// <summary>Not JSON, or JSON that ends too early or too late.</summary>
    public const string MalformedJson = "malformed_json";

    /// <summary>Bytes that are not UTF-8.</summary>
    public const string InvalidUtf8 = "invalid_utf8";

    /// <summary>An escape sequence that is half of a surrogate pair.</summary>
    public const string InvalidEscape = "invalid_escape";

    /// <summary>The event is JSON, but no object.</summary>
    public const string NotAnObject = "not_an_object";

    /// <summary>The event's text is longer than <see cref="EventRules.MaxEventBytes"/>.</summary>
    public const string EventTooLarge = "event_too_large";

    /// <summary>A required attribute is absent.</summary>
    public const string MissingAttribute = "missing_attribute";

    /// <summary>An attribute occurs twice.</summary>
    public const string DuplicateAttribute = "duplicate_attribute";

    /// <summary>A name that is neither an attribute nor a valid name of an extension attribute.</summary>
    public const string UnknownAttribute = "unknown_attribute";

    /// <summary>An attribute with a value of the wrong JSON type.</summary>
    public const string InvalidType = "invalid_type";

    /// <summary>An attribute that is present but empty.</summary>
    public const string Empty = "empty";

    /// <summary>An attribute longer than allowed.</summary>
    public const string TooLong = "too_long";

    /// <summary>An attribute with a character that is not allowed in it.</summary>
    public const string InvalidCharacter = "invalid_character";

    /// <summary>A <c>source</c> that is no URI reference.</summary>
    public const string InvalidSource = "invalid_source";

    /// <summary>A <c>time</c> that is not RFC 3339, or no real date.</summary>
    public const string InvalidTime = "invalid_time";

    /// <summary>A <c>time</c> outside of the years 1970 to 2100.</summary>
    public const string TimeOutOfRange = "time_out_of_range";

    /// <summary>A <c>time</c> more than 24 h ahead of receipt.</summary>
    public const string TimeInFuture = "time_in_future";

    /// <summary>A <c>traceid</c> that is no W3C trace id.</summary>
    public const string InvalidTraceId = "invalid_traceid";

    /// <summary>A <c>specversion</c> other than 1.0.</summary>
    public const string UnsupportedSpecVersion = "unsupported_specversion";

    /// <summary>Data that is not JSON: another <c>datacontenttype</c>, or <c>data_base64</c>.</summary>
    public const string UnsupportedData = "unsupported_data";

    /// <summary>Data larger than <see cref="EventRules.MaxDataBytes"/>.</summary>
    public const string DataTooLarge = "data_too_large";

    /// <summary>Data nested deeper than <see cref="EventRules.MaxDataDepth"/>.</summary>
    public const string DataTooDeep = "data_too_deep";

    /// <summary>Data with more than <see cref="EventRules.MaxDataKeys"/> keys.</summary>
    public const string TooManyKeys = "too_many_keys";

    /// <summary>A key that occurs twice in one object of the data.</summary>
    public const string DuplicateKey = "duplicate_key";

    /// <summary>A number that no finite 64-bit float can represent.</summary>
    public const string NumberOutOfRange = "number_out_of_range";

    /// <summary>Extension attributes larger than <see cref="EventRules.MaxExtensionsBytes"/> in sum.</summary>
    public const string ExtensionsTooLarge = "extensions_too_large";
}
