namespace Analytics.Contracts;

/// <summary>Every limit of an event, stated once. Lengths of strings count Unicode characters, sizes count bytes of UTF-8.</summary>
public static class EventRules
{
    /// <summary>The only CloudEvents version there is; an event may leave it out.</summary>
    public const string SpecVersion = "1.0";

    /// <summary>The source of an event that names none.</summary>
    public const string DefaultSource = "/";

    /// <summary>Longest <c>id</c>.</summary>
    public const int MaxIdLength = 64;

    /// <summary>Longest <c>type</c>.</summary>
    public const int MaxTypeLength = 128;

    /// <summary>Longest <c>source</c>.</summary>
    public const int MaxSourceLength = 256;

    /// <summary>Longest <c>subject</c>.</summary>
    public const int MaxSubjectLength = 128;

    /// <summary>Longest <c>sessionid</c>.</summary>
    public const int MaxSessionIdLength = 64;

    /// <summary>A W3C trace id is exactly this many hexadecimal digits.</summary>
    public const int TraceIdLength = 32;

    /// <summary>Largest <c>data</c>, as posted.</summary>
    public const int MaxDataBytes = 64 * 1024;

    /// <summary>Deepest nesting of <c>data</c>; the object itself is level 1.</summary>
    public const int MaxDataDepth = 8;

    /// <summary>Most keys in <c>data</c>, those of nested objects included.</summary>
    public const int MaxDataKeys = 200;

    /// <summary>Longest name of an extension attribute (CloudEvents naming: lower-case letters and digits).</summary>
    public const int MaxExtensionNameLength = 20;

    /// <summary>Largest JSON text of all extension attributes together.</summary>
    public const int MaxExtensionsBytes = 1024;

    /// <summary>Largest event, white space included. Well below Kafka's default limit of 1 MB per record.</summary>
    public const int MaxEventBytes = 128 * 1024;

    /// <summary>First accepted instant: 1970-01-01T00:00:00Z, in Unix milliseconds.</summary>
    public const long MinTimeUnixMs = 0;

    /// <summary>Last accepted instant: 2100-12-31T23:59:59.999Z, in Unix milliseconds.</summary>
    public const long MaxTimeUnixMs = 4_133_980_799_999;

    /// <summary>How far <c>time</c> may lie ahead of receipt: 24 h, in milliseconds.</summary>
    public const long MaxAheadMs = 24 * 60 * 60 * 1000;
}
