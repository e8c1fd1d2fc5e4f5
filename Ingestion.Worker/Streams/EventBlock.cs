using System.Text;
using Analytics.Contracts;
using Analytics.Contracts.Schema;
using Ingestion.Worker.Dedup;
using Ingestion.Worker.Native;

namespace Ingestion.Worker.Streams;

/// <summary>Rows of <c>events</c>, decoded by the same reader and rules that the API applies.</summary>
internal sealed class EventBlock : RowBlock
{
    private readonly EventReader reader = new();
    private readonly Identity identity;
    private readonly PropertyShredder properties;
    private readonly ColumnBuffer tenant;
    private readonly ColumnBuffer type;
    private readonly ColumnBuffer time;
    private readonly ColumnBuffer id;
    private readonly ColumnBuffer source;
    private readonly ColumnBuffer subject;
    private readonly ColumnBuffer sessionId;
    private readonly ColumnBuffer traceId;
    private readonly ColumnBuffer data;
    private readonly ColumnBuffer extensions;
    private readonly ColumnBuffer received;
    private readonly ColumnBuffer kafkaPartition;
    private readonly ColumnBuffer kafkaOffset;
    private byte[] tenantUtf8 = [];
    private string tenantName = "";
    private UInt128 current;

    public EventBlock(Identity identity)
    {
        this.identity = identity;
        tenant = Add("tenant", "String");
        type = Add("type", "String");
        time = Add("time", "DateTime64(3, 'UTC')");
        id = Add("id", "String");
        source = Add("source", "String");
        subject = Add("subject", "String");
        sessionId = Add("sessionid", "String");
        traceId = Add("traceid", "String");
        data = Add("data", "String");
        properties = new PropertyShredder(AddMap("strings", "Map(String, String)"), AddMap("numbers", "Map(String, Float64)"));
        extensions = Add("extensions", "String");
        received = Add("received", "DateTime64(3, 'UTC')");
        kafkaPartition = Add("kafka_partition", "UInt16");
        kafkaOffset = Add("kafka_offset", "Int64");
    }

    public override string Table => Tables.Events;

    public override UInt128 Identity => current;

    public override Rejection? Decode(in LogRecord record)
    {
        if (record.Tenant.Length == 0)
        {
            return new Rejection(record, "missing_tenant", "The record has no tenant header.");
        }

        if (!reader.TryRead(record.Value, record.Received, out var error))
        {
            return new Rejection(record, error.Code, error.Message);
        }

        if (!reader.HasId)
        {
            return new Rejection(record, "missing_id", "The event on the topic has no id.");
        }

        if (!ReferenceEquals(tenantName, record.Tenant))
        {
            tenantName = record.Tenant;
            tenantUtf8 = Encoding.UTF8.GetBytes(tenantName);
        }

        current = identity.Of(tenantUtf8, reader.Subject, reader.Id);
        return null;
    }

    public override void Append(in LogRecord record)
    {
        tenant.WriteString(tenantUtf8);
        type.WriteString(reader.Type);
        time.WriteInt64(reader.TimeUnixMs);
        id.WriteString(reader.Id);
        source.WriteString(reader.Source);
        subject.WriteString(reader.Subject);
        sessionId.WriteString(reader.SessionId);
        traceId.WriteString(reader.TraceId);
        data.WriteString(reader.Data);
        properties.Append(reader.Data);
        extensions.WriteString(reader.Extensions);
        received.WriteInt64(record.Received);
        kafkaPartition.WriteUInt16((ushort)record.Partition);
        kafkaOffset.WriteInt64(record.Offset);
        EndRow();
    }
}
