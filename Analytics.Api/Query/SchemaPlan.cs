using System.Text;
using System.Text.Json;
using Analytics.Api.Query.Language;
using Analytics.Contracts;

namespace Analytics.Api.Query;

/// <summary>
/// Describes a tenant's events. Types, counts and times are exact; what their events hold comes from the newest ones of each type, as many as
/// the answer says, since reading all of them would cost as much as the tenant has events. The row is a JSON object, the answer without its meta.
/// </summary>
internal sealed record SchemaPlan(SchemaQuery Query, ResolvedRange Range, Source Source) : QueryPlan(Range, Source)
{
    /// <summary>Of all types together, and of one.</summary>
    private const int MostEvents = 5_000, MostOfType = 500, LeastOfType = 25;

    /// <summary>Of the sample, shared evenly by the types: enough for any but large events. The newest event of each type is always in it.</summary>
    private const int MostBytes = 8 * 1024 * 1024;

    /// <summary>Of the answer, of one type, and of one type when there are many.</summary>
    private const int MostProperties = 5_000, MostPropertiesOfType = 200, LeastPropertiesOfType = 25;

    /// <summary>No question could name a longer one.</summary>
    private const int LongestPath = 507;

    private const int MostAttributes = 50;

    /// <summary>Not a table.</summary>
    public override IReadOnlyList<Column> Columns => [];

    public override async Task<Rows> RunAsync(Asker asker, CancellationToken cancellationToken)
    {
        using var counted = await asker.RunAsync(SchemaSql.Types(this, asker.Tenant), QueryRunner.JsonRows, cancellationToken);
        var (types, all) = ReadTypes(counted.Bytes);
        if (types.Count == 0)
            return Write(types, 0, [], [], counted.Cost);

        using var timed = await asker.RunAsync(SchemaSql.Moments(this, asker.Tenant, types), QueryRunner.JsonRows, cancellationToken);
        using var sample = await asker.Runner.RunAsync(
            asker.Tenant, SchemaSql.Sample(this, asker.Tenant, types, Math.Clamp(MostEvents / types.Count, LeastOfType, MostOfType), MostBytes / types.Count),
            QueryRunner.Binary, cancellationToken, enough: 2 * MostBytes, role: asker.Role);
        return Write(types, all, ReadMoments(timed.Bytes), ReadSample(sample.Bytes), counted.Cost + timed.Cost + sample.Cost);
    }

    private static (List<SeenType> Types, long All) ReadTypes(ReadOnlySpan<byte> rest)
    {
        var types = new List<SeenType>();
        var all = 0L;
        while (JsonRow.TryTake(ref rest, out var row))
        {
            types.Add(new(JsonRow.Text(JsonRow.Take(ref row))!, JsonRow.TakeInteger(ref row), JsonRow.TakeInteger(ref row), JsonRow.TakeInteger(ref row)));
            all = JsonRow.TakeInteger(ref row);
        }

        return (types, all);
    }

    private static Dictionary<string, (long First, long Last)> ReadMoments(ReadOnlySpan<byte> rest)
    {
        var moments = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        while (JsonRow.TryTake(ref rest, out var row))
            moments[JsonRow.Text(JsonRow.Take(ref row))!] = (JsonRow.TakeInteger(ref row), JsonRow.TakeInteger(ref row));
        return moments;
    }

    private static Dictionary<string, SchemaTally> ReadSample(ReadOnlySpan<byte> rest)
    {
        var tallies = new Dictionary<string, SchemaTally>(StringComparer.Ordinal);
        while (EventRow.TryTake(ref rest, out var row))
        {
            var type = Encoding.UTF8.GetString(row.Event.Type);
            if (!tallies.TryGetValue(type, out var tally))
                tallies[type] = tally = new SchemaTally();
            tally.Add(row.Event);
        }

        return tallies;
    }

    private Rows Write(
        List<SeenType> types, long all, Dictionary<string, (long First, long Last)> moments, Dictionary<string, SchemaTally> tallies, QueryCost cost)
    {
        var output = new PooledBuffer();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        WriteTime(json, "from", Range.FromMs);
        WriteTime(json, "to", Range.ToMs);
        json.WriteStartArray("types");
        foreach (var type in types)
        {
            json.WriteStartObject();
            json.WriteString("type", type.Name);
            json.WriteNumber("count", type.Count);
            var (first, last) = moments.GetValueOrDefault(type.Name, (type.FirstSecond * 1_000, type.LastSecond * 1_000));
            WriteTime(json, "first", first);
            WriteTime(json, "last", last);
            var tally = tallies.GetValueOrDefault(type.Name, new SchemaTally());
            json.WriteNumber("sampled", tally.Events);
            WriteAll(json, "attributes", "name", "", tally.Attributes.Take(MostAttributes), tally.Events);
            var properties = tally.Properties.ToList();
            var shown = properties.Where(one => one.Name.Length <= LongestPath)
                .Take(Math.Clamp(MostProperties / types.Count, LeastPropertiesOfType, MostPropertiesOfType)).ToList();
            WriteAll(json, "properties", "field", "data.", shown, tally.Events);
            json.WriteNumber("moreProperties", properties.Count - shown.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("moreTypes", all - types.Count);
        json.WriteEndObject();
        json.Flush();
        return new Rows(output, 1, cost);
    }

    private static void WriteAll(Utf8JsonWriter json, string list, string member, string prefix, IEnumerable<(string Name, SchemaTally.Found Found)> all, int events)
    {
        json.WriteStartArray(list);
        foreach (var (name, found) in all)
        {
            json.WriteStartObject();
            json.WriteString(member, prefix + name);
            json.WriteStartArray("types");
            foreach (var kind in found.Kinds)
                json.WriteStringValue(kind);
            json.WriteEndArray();
            json.WriteNumber("share", Math.Round((double)found.Count / events, 4));
            json.WriteStartArray("examples");
            foreach (var example in found.Examples)
                json.WriteRawValue(example);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, string member, long unixMs)
    {
        Span<byte> text = stackalloc byte[Rfc3339.FormattedLength];
        Rfc3339.Format(unixMs, text);
        json.WriteString(member, text);
    }
}
