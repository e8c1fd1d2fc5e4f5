namespace Analytics.Api.Ingest;

/// <summary>Ends a request that cannot be accepted at all; <see cref="AcceptEvents"/> turns it into the problem document.</summary>
internal sealed class IngestException(IngestRefusal refusal, string detail) : Exception(detail)
{
    public IngestRefusal Refusal { get; } = refusal;
}

/// <summary>Why a whole request is refused.</summary>
internal enum IngestRefusal
{
    /// <summary>400: there is nothing in it.</summary>
    EmptyBody,

    /// <summary>400: the JSON around the events is broken.</summary>
    MalformedJson,

    /// <summary>400: the compressed data is broken.</summary>
    CorruptEncoding,

    /// <summary>413: more bytes than allowed.</summary>
    TooLarge,

    /// <summary>413: more events than allowed.</summary>
    TooManyEvents,

    /// <summary>415: no format of ours.</summary>
    UnsupportedType,

    /// <summary>415: no compression of ours.</summary>
    UnsupportedEncoding,

    /// <summary>429: the requests in flight hold all the memory there is for them.</summary>
    Busy,
}
