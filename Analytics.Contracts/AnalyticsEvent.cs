namespace Analytics.Contracts;

/// <summary>
/// One valid event: a view over bytes that somebody else owns, all of them UTF-8. Empty means absent, except for
/// <see cref="Type"/>, which every event has.
/// </summary>
public readonly ref struct AnalyticsEvent
{
    /// <summary>Idempotency key within tenant and subject.</summary>
    public ReadOnlySpan<byte> Id { get; init; }

    /// <summary>What happened, e.g. <c>order.paid</c>.</summary>
    public ReadOnlySpan<byte> Type { get; init; }

    /// <summary>Where it happened: a URI reference. Empty is written as <see cref="EventRules.DefaultSource"/>.</summary>
    public ReadOnlySpan<byte> Source { get; init; }

    /// <summary>Whom or what it is about.</summary>
    public ReadOnlySpan<byte> Subject { get; init; }

    /// <summary>When it happened, in Unix milliseconds.</summary>
    public long TimeUnixMs { get; init; }

    /// <summary>Groups events into a session.</summary>
    public ReadOnlySpan<byte> SessionId { get; init; }

    /// <summary>W3C trace id, lower case.</summary>
    public ReadOnlySpan<byte> TraceId { get; init; }

    /// <summary>The properties: a JSON object, as posted.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>Further CloudEvents attributes: a JSON object of strings, booleans and integers.</summary>
    public ReadOnlySpan<byte> Extensions { get; init; }
}
