using System.Buffers;
using System.Text;
using System.Text.Json;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>A time series as asked for, every default filled in.</summary>
internal sealed record TimeseriesQuery(
    TimeRange Range,
    Interval Interval,
    DateTimeZone Zone,
    IReadOnlyList<Measure> Measures,
    IReadOnlyList<Filter> Filters,
    IReadOnlyList<Field> GroupBy,
    int Limit)
{
    public const int MostGroupFields = 5;
    public const int DefaultLimit = 10;
    public const int MostGroups = 1_000;

    private static readonly string[] Members = ["range", "interval", "timezone", "measures", "filters", "groupBy", "limit"];

    /// <summary>Reads a body; null when <paramref name="errors"/> got some.</summary>
    public static TimeseriesQuery? Read(ReadOnlyMemory<byte> utf8, QueryErrors errors)
    {
        using var document = QueryNode.Parse(utf8, errors);
        return document is null ? null : Read(new QueryNode(document.RootElement, "", errors));
    }

    private static TimeseriesQuery? Read(QueryNode root)
    {
        if (root.AsObject(Members) is not { } query)
            return null;

        var range = query.Required("range", "e.g. {\"last\":\"7d\"}, or {\"from\":\"2026-11-01T00:00:00Z\",\"to\":\"2026-12-01T00:00:00Z\"}.") is { } given
            ? TimeRange.Read(given) : null;
        var interval = query.Member("interval") is { } word ? Intervals.Read(word) : Interval.Auto;
        var zone = query.Member("timezone") is { } name ? Language.Zone.Read(name) : DateTimeZone.Utc;
        var measures = Measure.ReadAll(query.Member("measures"));
        var filters = Filter.ReadAll(query.Member("filters"));
        var groups = Field.ReadGroups(query.Member("groupBy"), MostGroupFields);
        var limit = query.Member("limit") is { } number ? number.AsInteger(1, MostGroups) : DefaultLimit;
        RefuseSharedNames(query, measures, groups);
        return root.Errors.Any
            ? null
            : new TimeseriesQuery(range!, interval!.Value, zone!, measures, filters, groups, limit!.Value);
    }

    private static void RefuseSharedNames(QueryNode query, IReadOnlyList<Measure> measures, IReadOnlyList<Field> groups)
    {
        foreach (var measure in measures)
            if (measure.Name == "time" || groups.Any(field => field.Name == measure.Name))
                query.Errors.Add("/measures", QueryErrorCodes.Conflict, $"Two columns would be called \"{measure.Name}\"; choose another \"as\".");
    }

    /// <summary>
    /// One text per question, whatever the order of members and filters, white space or spelled-out defaults: the key of a cache.
    /// It keeps <c>last</c> as such: what that means depends on when it is asked.
    /// </summary>
    public string Canonical()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue("timeseries");
            json.WriteStringValue(Range switch
            {
                TimeRange.Last last => $"{last.Amount}{last.Unit}",
                TimeRange.Between between => $"{between.From.ToUnixTimeTicks()}-{between.To.ToUnixTimeTicks()}",
                _ => throw new InvalidOperationException(Range.GetType().Name),
            });
            json.WriteStringValue(Interval.Word());
            json.WriteStringValue(Zone.Id);
            json.WriteStartArray();
            foreach (var measure in Measures)
                json.WriteStringValue($"{measure.Op} {measure.Field?.Name} {measure.Name}");
            json.WriteEndArray();
            Canonicals.Write(json, Filters);
            json.WriteStartArray();
            foreach (var field in GroupBy)
                json.WriteStringValue(field.Name);
            json.WriteEndArray();
            json.WriteNumberValue(GroupBy.Count == 0 ? 0 : Limit);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

/// <summary>Parts of canonical forms that several kinds of queries share.</summary>
internal static class Canonicals
{
    /// <summary>Filters are a set: sorted, each once.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<Filter> filters)
    {
        json.WriteStartArray();
        foreach (var text in filters.Select(Text).Distinct().Order(StringComparer.Ordinal))
            json.WriteRawValue(text);
        json.WriteEndArray();
    }

    private static string Text(Filter filter)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            filter.Write(json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
