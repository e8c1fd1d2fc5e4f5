using System.Text;
using Analytics.Contracts.Schema;
using Ingestion.Worker.Native;

namespace Ingestion.Worker.Batch;

/// <summary>The rows of <c>ledger</c> for one batch.</summary>
internal sealed class LedgerBlock : NativeBlock
{
    private readonly ColumnBuffer topic;
    private readonly ColumnBuffer partition;
    private readonly ColumnBuffer first;
    private readonly ColumnBuffer last;
    private readonly ColumnBuffer tenant;
    private readonly ColumnBuffer minute;
    private readonly ColumnBuffer accepted;
    private readonly ColumnBuffer stored;
    private readonly ColumnBuffer duplicates;
    private readonly ColumnBuffer deadLettered;

    public LedgerBlock(OffsetRange range, LedgerTally tally)
    {
        topic = Add("topic", "String");
        partition = Add("partition", "UInt16");
        first = Add("first", "Int64");
        last = Add("last", "Int64");
        tenant = Add("tenant", "String");
        minute = Add("minute", "DateTime('UTC')");
        accepted = Add("accepted", "UInt64");
        stored = Add("stored", "UInt64");
        duplicates = Add("duplicates", "UInt64");
        deadLettered = Add("dead_lettered", "UInt64");
        foreach (var entry in tally.Entries)
        {
            Append(range, entry.Tenant, entry.Minute, entry.Counts);
        }
    }

    public override string Table => Tables.Ledger;

    private void Append(OffsetRange range, string name, long minutes, LedgerTally.Counts counts)
    {
        topic.WriteString(Encoding.UTF8.GetBytes(range.Topic));
        partition.WriteUInt16((ushort)range.Partition);
        first.WriteInt64(range.First);
        last.WriteInt64(range.Last);
        tenant.WriteString(Encoding.UTF8.GetBytes(name));
        minute.WriteUInt32((uint)Math.Clamp(minutes * 60, 0, uint.MaxValue));
        accepted.WriteInt64(counts.Accepted);
        stored.WriteInt64(counts.Stored);
        duplicates.WriteInt64(counts.Duplicates);
        deadLettered.WriteInt64(counts.DeadLettered);
        EndRow();
    }
}
