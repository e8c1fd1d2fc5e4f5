using Analytics.Contracts;

namespace Analytics.Api.Query.Language;

/// <summary>An event that filters are asked about before it is stored. Reused from event to event; not thread-safe.</summary>
internal sealed class EventInMemory
{
    private readonly EventReader _reader = new();
    private readonly EventLeaves _leaves = new();
    private bool _shredded;

    public AnalyticsEvent Event => _reader.Current;

    public long ReceivedUnixMs { get; private set; }

    /// <summary>Its properties; found when the first filter asks for one.</summary>
    public EventLeaves Leaves
    {
        get
        {
            if (!_shredded)
                _leaves.Read(_reader.Data);
            _shredded = true;
            return _leaves;
        }
    }

    /// <summary>False when it is no event by the rules; the worker sends such a record to the dead letters.</summary>
    public bool TryRead(ReadOnlyMemory<byte> json, long receivedUnixMs)
    {
        (_shredded, ReceivedUnixMs) = (false, receivedUnixMs);
        return _reader.TryRead(json, receivedUnixMs, out _) && _reader.HasId;
    }

    /// <summary>An attribute of text; empty when absent.</summary>
    public ReadOnlySpan<byte> Text(string attribute) => attribute switch
    {
        "id" => _reader.Id,
        "type" => _reader.Type,
        "source" => _reader.Source,
        "subject" => _reader.Subject,
        "sessionid" => _reader.SessionId,
        "traceid" => _reader.TraceId,
        _ => throw new ArgumentOutOfRangeException(nameof(attribute), attribute, null),
    };

    public long Time(string attribute) => attribute == "time" ? _reader.TimeUnixMs : ReceivedUnixMs;
}
