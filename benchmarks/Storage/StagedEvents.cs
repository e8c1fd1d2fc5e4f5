using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Benchmarks.Events;

namespace Benchmarks.Storage;

/// <summary>Events as rows of the table in the format JSONEachRow: their <c>data</c> as posted and spread over the maps.</summary>
internal sealed class StagedEvents(int seed)
{
    public const int Days = 60;
    public static readonly DateTimeOffset End = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly IReadOnlyList<string> TenantNames = [.. Enumerable.Range(0, Tenants).Select(number => $"tenant-{number}")];

    private const int Tenants = 20;
    private readonly EventShapes shapes = new(seed);
    private readonly Random random = new(seed);
    private long offset;

    public ReadOnlyMemory<byte> Next(int count)
    {
        var rows = new ArrayBufferWriter<byte>(count * 600);
        for (var i = 0; i < count; i++)
        {
            using var json = new Utf8JsonWriter(rows);
            using var shape = JsonDocument.Parse(shapes.Next().Line);
            Write(json, shape.RootElement);
            json.Flush();
            rows.Write("\n"u8);
        }

        return rows.WrittenMemory;
    }

    private void Write(Utf8JsonWriter json, JsonElement shape)
    {
        var time = (End - TimeSpan.FromMilliseconds(random.NextInt64((long)TimeSpan.FromDays(Days).TotalMilliseconds)))
            .ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var data = shape.GetProperty("data");
        json.WriteStartObject();
        // Zipf, as in the decision: the first tenant has about a quarter of all events.
        json.WriteString("tenant", TenantNames[Math.Min(Tenants - 1, (int)Math.Pow(Tenants + 1, random.NextDouble()) - 1)]);
        json.WriteNumber("kafka_partition", offset % 4);
        json.WriteNumber("kafka_offset", offset++ / 4);
        json.WriteString("id", new Guid(random.Next(), 0, 0, BitConverter.GetBytes(offset)));
        foreach (var name in new[] { "type", "source", "subject", "sessionid" })
            json.WriteString(name, shape.GetProperty(name).GetString());
        json.WriteString("time", time);
        json.WriteString("received", time);
        json.WriteString("data", data.GetRawText());
        json.WriteStartObject("strings");
        foreach (var leaf in data.EnumerateObject().Where(leaf => leaf.Value.ValueKind != JsonValueKind.Number))
            json.WriteString(leaf.Name, leaf.Value.ValueKind == JsonValueKind.String ? leaf.Value.GetString() : leaf.Value.GetRawText());
        json.WriteEndObject();
        json.WriteStartObject("numbers");
        foreach (var leaf in data.EnumerateObject().Where(leaf => leaf.Value.ValueKind == JsonValueKind.Number))
            json.WriteNumber(leaf.Name, leaf.Value.GetDouble());
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
