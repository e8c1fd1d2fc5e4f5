using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Analytics.Contracts;
using Confluent.Kafka;
using Ingestion.Worker.DeadLetter;
using Ingestion.Worker.Streams;

namespace Ingestion.Worker.Consume;

/// <summary>
/// Turns what the Kafka client delivers into a <see cref="LogRecord"/>. Never throws: a missing tenant becomes an empty one,
/// which the decoder refuses; a missing time of receipt becomes the record's own timestamp.
/// </summary>
internal sealed class RecordReader
{
    private const int MaxCachedTenants = 10_000;
    private readonly Dictionary<string, string> tenants = [];
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> tenantsBySpan;

    public RecordReader() => tenantsBySpan = tenants.GetAlternateLookup<ReadOnlySpan<char>>();

    public LogRecord Read(ConsumeResult<byte[]?, byte[]?> result)
    {
        var tenant = "";
        var received = result.Message.Timestamp.UnixTimestampMs;
        string? traceParent = null;
        Dictionary<string, string>? origin = null;
        foreach (var header in result.Message.Headers)
        {
            var value = header.GetValueBytes() ?? [];
            switch (header.Key)
            {
                case EventHeaders.Tenant:
                    tenant = Tenant(value);
                    break;
                case EventHeaders.Received when Utf8Parser.TryParse(value, out long stamped, out var used) && used == value.Length:
                    received = stamped;
                    break;
                case EventHeaders.TraceParent:
                    traceParent = Encoding.ASCII.GetString(value);
                    break;
                case var name when name.StartsWith(DeadLetterHeaders.Prefix, StringComparison.Ordinal):
                    (origin ??= [])[name] = Encoding.UTF8.GetString(value);
                    break;
            }
        }

        return new LogRecord(
            result.Topic,
            result.Partition.Value,
            result.Offset.Value,
            tenant,
            received,
            result.Message.Key ?? [],
            result.Message.Value ?? [],
            traceParent,
            origin is null ? null : OriginOf(origin));
    }

    private static DeadLetterOrigin? OriginOf(Dictionary<string, string> headers) =>
        int.TryParse(headers.GetValueOrDefault(DeadLetterHeaders.Partition), CultureInfo.InvariantCulture, out var partition)
        && long.TryParse(headers.GetValueOrDefault(DeadLetterHeaders.Offset), CultureInfo.InvariantCulture, out var offset)
            ? new DeadLetterOrigin(
                headers.GetValueOrDefault(DeadLetterHeaders.Topic, ""),
                partition,
                offset,
                headers.GetValueOrDefault(DeadLetterHeaders.Code, "unknown"),
                headers.GetValueOrDefault(DeadLetterHeaders.Message, ""))
            : null;

    // One string per tenant, not one per record.
    private string Tenant(ReadOnlySpan<byte> utf8)
    {
        Span<char> chars = stackalloc char[256];
        if (utf8.Length > chars.Length || !Encoding.UTF8.TryGetChars(utf8, chars, out var count))
        {
            return Encoding.UTF8.GetString(utf8);
        }

        if (tenantsBySpan.TryGetValue(chars[..count], out var known))
        {
            return known;
        }

        if (tenants.Count >= MaxCachedTenants)
        {
            tenants.Clear();
        }

        var name = new string(chars[..count]);
        tenants.Add(name, name);
        return name;
    }
}
