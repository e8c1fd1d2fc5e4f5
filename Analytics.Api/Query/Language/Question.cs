using System.Buffers;
using System.Text;
using System.Text.Json;
using NodaTime;

namespace Analytics.Api.Query.Language;

/// <summary>A question of the query language, every default filled in. Each kind is a record of its own; <see cref="QueryKinds"/> lists them.</summary>
internal abstract record Question(TimeRange Range, DateTimeZone Zone, IReadOnlyList<Filter> Filters)
{
    /// <summary>Name of the kind: the last segment of its route.</summary>
    public abstract string Kind { get; }

    /// <summary>Settles what the words leave open at this moment; null when the answer would be too large, which <paramref name="errors"/> then says.</summary>
    public abstract QueryPlan? Plan(Instant now, QueryErrors errors);

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
            json.WriteStringValue(Kind);
            json.WriteStringValue(Range.Canonical());
            json.WriteStringValue(Zone.Id);
            Canonicals.Write(json, Filters);
            WriteCanonical(json);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>
    /// Where an answer depends on the clock and not only on its range and what is stored: the moment, as coarse as the answer allows, from
    /// which on a kept answer is another one.
    /// </summary>
    public virtual Instant? Epoch(Instant now) => null;

    /// <summary>What is particular to the kind, as further elements of the array.</summary>
    protected abstract void WriteCanonical(Utf8JsonWriter json);
}
