using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Analytics.Api.Query.Language;

/// <summary>Which types of events to describe. It comes as query parameters, e.g. <c>?last=7d&amp;type=order.paid</c>.</summary>
internal sealed record SchemaQuery(TimeRange Range, IReadOnlyList<Filter> Filters, int Limit)
{
    public const int DefaultLimit = 50;
    public const int MostTypes = 200;

    private static readonly string[] Members = ["from", "to", "last", "type", "limit"];

    public static SchemaQuery? Read(IQueryCollection parameters, QueryErrors errors)
    {
        foreach (var name in parameters.Keys.Where(name => !Members.Contains(name)))
            errors.Take(EventListQuery.One(name, QueryErrorCodes.UnknownMember, $"Unknown parameter. Allowed: {QueryNode.List(Members)}."));
        var range = EventListQuery.ReadRange(parameters, errors) ?? new TimeRange.Last(30, 'd');
        var type = EventListQuery.ReadAttribute(parameters, "type", errors);
        var limit = EventListQuery.ReadLimit(parameters, DefaultLimit, MostTypes, errors);
        return errors.Any ? null : new SchemaQuery(range, type is null ? [] : [type], limit);
    }

    /// <summary>One text per question, the key of a cache.</summary>
    public string Canonical()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue("schema");
            json.WriteStringValue(Range.Canonical());
            Canonicals.Write(json, Filters);
            json.WriteNumberValue(Limit);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public SchemaPlan Plan(ResolvedRange range) =>
        new(this, range, Rollup.OrRaw(range, [], [Measure.Count], Filters, [Field.Attribute("type")]));
}
