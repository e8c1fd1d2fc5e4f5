using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>Which events to list. It comes as query parameters, e.g. <c>?last=24h&amp;type=order.paid,order.refunded&amp;limit=50</c>.</summary>
internal sealed record EventListQuery(TimeRange? Range, IReadOnlyList<Filter> Filters, int Limit, string? Cursor)
{
    public const int DefaultLimit = 100;
    public const int MostEvents = 1_000;

    /// <summary>Attributes with a parameter of their own; several values are separated by commas.</summary>
    private static readonly string[] Attributes = ["id", "type", "source", "subject", "sessionid", "traceid"];

    private static readonly string[] Others = ["from", "to", "last", "limit", "cursor"];

    public static EventListQuery? Read(IQueryCollection parameters, QueryErrors errors)
    {
        var filters = ReadFilters(parameters, Others, errors);
        var range = ReadRange(parameters, errors);
        var limit = ReadLimit(parameters, DefaultLimit, MostEvents, errors);
        var cursor = Single(parameters, "cursor", errors);
        return errors.Any ? null : new EventListQuery(range, filters, limit, cursor);
    }

    /// <summary>The parameters that choose events: <c>filters</c> and one for each attribute. Refuses all but these and <paramref name="others"/>.</summary>
    public static IReadOnlyList<Filter> ReadFilters(IQueryCollection parameters, string[] others, QueryErrors errors)
    {
        foreach (var name in parameters.Keys.Where(name => !Attributes.Contains(name) && !others.Contains(name) && name != "filters"))
            errors.Take(One(name, QueryErrorCodes.UnknownMember, $"Unknown parameter. Allowed: {QueryNode.List([.. others, "filters", .. Attributes])}."));
        return [.. Attributes.Select(name => ReadAttribute(parameters, name, errors)).OfType<Filter>(), .. ReadFilterList(parameters, errors)];
    }

    /// <summary>What a cursor belongs to: the tenant and the question. Not the limit: pages may differ in size.</summary>
    public string Canonical(string tenant)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue("events");
            json.WriteStringValue(tenant);
            json.WriteStringValue(Range?.ToString());
            Canonicals.Write(json, Filters);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The parameters <c>from</c>, <c>to</c> and <c>last</c>; null without any of them, and after errors.</summary>
    public static TimeRange? ReadRange(IQueryCollection parameters, QueryErrors errors)
    {
        var (from, to, last) = (Single(parameters, "from", errors), Single(parameters, "to", errors), Single(parameters, "last", errors));
        if (last is not null)
        {
            if (from is null && to is null)
                return ReadOwn("last", errors, node => TimeRange.ReadLast(last, node));
            errors.Take(One("last", QueryErrorCodes.Conflict, "Give either from and to, or last."));
            return null;
        }

        if (from is null && to is null)
            return null;

        var start = from is null ? TimeRange.Earliest : ReadOwn("from", errors, node => TimeRange.ReadInstant(from, node));
        var end = to is null ? TimeRange.Latest : ReadOwn("to", errors, node => TimeRange.ReadInstant(to, node));
        if (start is null || end is null)
            return null;
        if (start < end)
            return new TimeRange.Between(start.Value, end.Value);
        errors.Take(One("to", QueryErrorCodes.Conflict, "to must be after from; the range is half open: from <= time < to."));
        return null;
    }

    // The readers of the JSON language, told to blame a parameter.
    private static T ReadOwn<T>(string parameter, QueryErrors errors, Func<QueryNode, T> read)
    {
        var own = new QueryErrors(parameter);
        var value = read(new QueryNode(default, "", own));
        errors.Take(own);
        return value;
    }

    /// <summary>The parameter of an attribute; null without it, and after errors.</summary>
    public static Filter? ReadAttribute(IQueryCollection parameters, string name, QueryErrors errors)
    {
        if (!parameters.TryGetValue(name, out var given))
            return null;

        // An id or a source may contain a comma; then it is given alone, and repeated for several.
        var values = name is "type" ? given.SelectMany(text => (text ?? "").Split(',')).ToList() : [.. given.Select(text => text ?? "")];
        if (values.Count is > 0 and <= Filter.MostValues && values.TrueForAll(value => value.Length > 0))
            return new Filter(Field.Attribute(name), "in", [.. values.Distinct().Select(value => new Literal(LiteralKind.Text, value))]);

        errors.Take(One(name, QueryErrorCodes.InvalidValue, $"1 to {Filter.MostValues} values were expected, none of them empty."));
        return null;
    }

    private static IReadOnlyList<Filter> ReadFilterList(IQueryCollection parameters, QueryErrors errors)
    {
        if (Single(parameters, "filters", errors) is not { } text)
            return [];

        var own = new QueryErrors("filters");
        using var document = QueryNode.Parse(Encoding.UTF8.GetBytes(text), own);
        var filters = document is null ? [] : Filter.ReadAll(new QueryNode(document.RootElement, "", own));
        errors.Take(own);
        return filters;
    }

    public static int ReadLimit(IQueryCollection parameters, int unless, int most, QueryErrors errors)
    {
        if (Single(parameters, "limit", errors) is not { } text)
            return unless;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= most)
            return limit;

        errors.Take(One("limit", QueryErrorCodes.OutOfRange, $"An integer from 1 to {most} was expected."));
        return 0;
    }

    private static string? Single(IQueryCollection parameters, string name, QueryErrors errors)
    {
        if (!parameters.TryGetValue(name, out var values) || StringValues.IsNullOrEmpty(values))
            return null;
        if (values.Count == 1)
            return values[0];

        errors.Take(One(name, QueryErrorCodes.Conflict, "The parameter is there twice."));
        return null;
    }

    /// <summary>One error about a parameter.</summary>
    public static QueryErrors One(string parameter, string code, string message)
    {
        var errors = new QueryErrors(parameter.Length <= 64 ? parameter : parameter[..64]);
        errors.Add("", code, message);
        return errors;
    }
}
