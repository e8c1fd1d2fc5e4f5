using System.Globalization;
using System.Text.Json;
using Analytics.Contracts;

namespace Analytics.Api.Query.Language;

/// <summary>A place in the order of exports, which is the table's own: type, time, then the place on the log.</summary>
internal sealed record ExportPosition(string Type, long TimeUnixMs, int Partition, long Offset)
{
    /// <summary>The place on the log as exported rows show it, e.g. <c>2-104729</c>.</summary>
    public static string PlaceOf(int partition, long offset) => string.Create(CultureInfo.InvariantCulture, $"{partition}-{offset}");

    /// <summary>From the last row somebody has: its members <c>type</c>, <c>time</c> and <c>position</c>; the others do not matter.</summary>
    public static ExportPosition? Read(QueryNode node)
    {
        if (node.Kind != JsonValueKind.Object)
        {
            node.Refuse(QueryErrorCodes.WrongType, $"The last complete row was expected as an object, not {QueryNode.Describe(node.Kind)}.");
            return null;
        }

        var (type, time, place) = (Required(node, "type"), Required(node, "time"), Required(node, "position"));
        if (type is null || time is null || place is null)
            return null;
        if (Rfc3339.TryParse(System.Text.Encoding.UTF8.GetBytes(time), out var unixMs) && TryReadPlace(place, out var partition, out var offset))
            return new ExportPosition(type, unixMs, partition, offset);

        node.Refuse(QueryErrorCodes.InvalidValue, "\"time\" or \"position\" are not those of an exported row.");
        return null;
    }

    private static string? Required(QueryNode node, string name) => node.Required(name, "as the last complete row has it.")?.AsString();

    private static bool TryReadPlace(string text, out int partition, out long offset)
    {
        var (dash, number) = (text.IndexOf('-', StringComparison.Ordinal), CultureInfo.InvariantCulture);
        (partition, offset) = (0, 0);
        return dash > 0 && int.TryParse(text.AsSpan(0, dash), NumberStyles.None, number, out partition)
            && long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, number, out offset);
    }
}

/// <summary>Which events to export: the member <c>events</c> of an export.</summary>
internal sealed record EventExportQuery(TimeRange? Range, IReadOnlyList<Filter> Filters, string? Cursor, ExportPosition? After, int? Limit)
{
    private const int LongestCursor = 1_024;

    private static readonly string[] Members = ["range", "filters", "cursor", "after", "limit"];

    public static EventExportQuery? Read(QueryNode node)
    {
        if (node.AsObject(Members) is not { } events)
            return null;

        var range = events.Member("range") is { } given ? TimeRange.Read(given) : null;
        var filters = Filter.ReadAll(events.Member("filters"));
        var cursor = events.Member("cursor")?.AsString(LongestCursor);
        var after = events.Member("after") is { } row ? ExportPosition.Read(row) : null;
        var limit = events.Member("limit")?.AsInteger(1, int.MaxValue);
        return events.Errors.Any ? null : new EventExportQuery(range, filters, cursor, after, limit);
    }

    /// <summary>What a cursor belongs to.</summary>
    public string Canonical(string tenant) => "export " + new EventListQuery(Range, Filters, 0, null).Canonical(tenant);
}
