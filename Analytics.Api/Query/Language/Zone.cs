using NodaTime;
using NodaTime.TimeZones;

namespace Analytics.Api.Query.Language;

/// <summary>IANA timezone of a query, <c>UTC</c> unless it says otherwise.</summary>
internal static class Zone
{
    // The cache keeps what GetZoneInterval found out: the same object must be used all the time.
    private static readonly DateTimeZoneCache Database = new(TzdbDateTimeZoneSource.Default);

    /// <summary>The member <c>timezone</c> of a question.</summary>
    public static DateTimeZone? ReadMember(QueryNode question) =>
        question.Member("timezone") is { } name ? Read(name) : DateTimeZone.Utc;

    public static DateTimeZone? Read(QueryNode node)
    {
        if (node.AsString(64) is not { } name)
            return null;
        if (Find(name) is { } zone)
            return zone;

        node.Refuse(QueryErrorCodes.UnknownValue, "Not an IANA timezone, e.g. UTC, Europe/Berlin, America/New_York, Asia/Kolkata.");
        return null;
    }

    /// <summary>Null unless the database lists it; fixed offsets ("UTC+02") are no timezones of people.</summary>
    public static DateTimeZone? Find(string name) => name switch
    {
        "UTC" or "Z" => DateTimeZone.Utc,
        _ when name.StartsWith("UTC", StringComparison.Ordinal) => null,
        _ => Database.GetZoneOrNull(name),
    };
}
