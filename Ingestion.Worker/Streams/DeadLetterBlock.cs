using System.Globalization;
using System.Text;
using Analytics.Contracts.Schema;
using Ingestion.Worker.Dedup;
using Ingestion.Worker.Native;

namespace Ingestion.Worker.Streams;

/// <summary>Rows of <c>dead_letters</c>. Takes any record: what its headers do not say is left empty.</summary>
internal sealed class DeadLetterBlock : RowBlock
{
    private readonly Identity identity;
    private readonly ColumnBuffer tenant;
    private readonly ColumnBuffer received;
    private readonly ColumnBuffer code;
    private readonly ColumnBuffer message;
    private readonly ColumnBuffer topic;
    private readonly ColumnBuffer partition;
    private readonly ColumnBuffer offset;
    private readonly ColumnBuffer key;
    private readonly ColumnBuffer value;
    private readonly ColumnBuffer kafkaPartition;
    private readonly ColumnBuffer kafkaOffset;
    private UInt128 current;

    public DeadLetterBlock(Identity identity)
    {
        this.identity = identity;
        tenant = Add("tenant", "String");
        received = Add("received", "DateTime64(3, 'UTC')");
        code = Add("code", "String");
        message = Add("message", "String");
        topic = Add("topic", "String");
        partition = Add("partition", "UInt16");
        offset = Add("offset", "Int64");
        key = Add("key", "String");
        value = Add("value", "String");
        kafkaPartition = Add("kafka_partition", "UInt16");
        kafkaOffset = Add("kafka_offset", "Int64");
    }

    public override string Table => Tables.DeadLetters;

    public override UInt128 Identity => current;

    public override Rejection? Decode(in LogRecord record)
    {
        var origin = OriginOf(record);
        current = identity.Of(
            Encoding.UTF8.GetBytes(origin.Topic),
            Encoding.UTF8.GetBytes(origin.Partition.ToString(CultureInfo.InvariantCulture)),
            Encoding.UTF8.GetBytes(origin.Offset.ToString(CultureInfo.InvariantCulture)));
        return null;
    }

    public override void Append(in LogRecord record)
    {
        var origin = OriginOf(record);
        tenant.WriteString(Encoding.UTF8.GetBytes(record.Tenant));
        received.WriteInt64(record.Received);
        code.WriteString(Encoding.UTF8.GetBytes(origin.Code));
        message.WriteString(Encoding.UTF8.GetBytes(origin.Message));
        topic.WriteString(Encoding.UTF8.GetBytes(origin.Topic));
        partition.WriteUInt16((ushort)origin.Partition);
        offset.WriteInt64(origin.Offset);
        key.WriteString(record.Key);
        value.WriteString(record.Value);
        kafkaPartition.WriteUInt16((ushort)record.Partition);
        kafkaOffset.WriteInt64(record.Offset);
        EndRow();
    }

    private static DeadLetterOrigin OriginOf(in LogRecord record) =>
        record.Origin ?? new DeadLetterOrigin(record.Topic, record.Partition, record.Offset, "unknown", "The record has no dead letter headers.");
}
