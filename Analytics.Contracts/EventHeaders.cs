namespace Analytics.Contracts;

/// <summary>Names and values of the headers that every record on <see cref="Topics.Events"/> carries.</summary>
public static class EventHeaders
{
    /// <summary>The tenant, UTF-8.</summary>
    public const string Tenant = "tenant";

    /// <summary>When the API received the event: Unix milliseconds as decimal ASCII.</summary>
    public const string Received = "received";

    /// <summary>Always <see cref="StructuredMode"/> (CloudEvents Kafka binding, structured mode).</summary>
    public const string ContentType = "content-type";

    /// <summary>W3C trace context of the request that brought the event; absent when nothing is traced.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The value of <see cref="ContentType"/>.</summary>
    public const string StructuredMode = "application/cloudevents+json";
}
