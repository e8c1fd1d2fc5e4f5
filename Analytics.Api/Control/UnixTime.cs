namespace Analytics.Api.Control;

/// <summary>Times of the control store: Unix milliseconds, so that both engines sort and compare them alike.</summary>
internal static class UnixTime
{
    public static DateTimeOffset From(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? From(long? milliseconds) => milliseconds is { } value ? From(value) : null;
}
