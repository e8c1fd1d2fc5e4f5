using System.Globalization;
using Analytics.Contracts.Schema;
using ClickHouse.Driver;
using Ingestion.Worker.Batch;
using Ingestion.Worker.Streams;

namespace Ingestion.Worker.Reconcile;

/// <summary>A range in the ledger with the rows that it claims to be stored.</summary>
internal readonly record struct LedgerRange(long First, long Last, long Stored);

/// <summary>What the tables say about the offset ranges of a partition.</summary>
internal sealed class StoredRanges(ClickHouseClient client)
{
    /// <summary>The newest ranges that end before <paramref name="next"/>, in order.</summary>
    public async Task<IReadOnlyList<LedgerRange>> NewestAsync(
        string topic, int partition, long next, int count, CancellationToken cancellationToken)
    {
        var ranges = new List<LedgerRange>();
        await using var reader = await client.ExecuteReaderAsync(
            $"""
            SELECT first, last, toInt64(sum(stored)) FROM {Tables.Ledger}
            WHERE topic = '{topic}' AND partition = {Number(partition)} AND last < {Number(next)}
            GROUP BY first, last ORDER BY first DESC LIMIT {Number(count)}
            """,
            cancellationToken: cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ranges.Add(new LedgerRange(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        ranges.Reverse();
        return ranges;
    }

    public async Task<long> CountAsync(RecordStream stream, int partition, long first, long last, CancellationToken cancellationToken) =>
        Convert.ToInt64(
            await client.ExecuteScalarAsync($"SELECT count() {From(stream, partition, first, last)}", cancellationToken: cancellationToken),
            CultureInfo.InvariantCulture);

    public async Task<IReadOnlySet<long>> OffsetsAsync(
        RecordStream stream, OffsetRange range, CancellationToken cancellationToken)
    {
        var offsets = new HashSet<long>();
        await using var reader = await client.ExecuteReaderAsync(
            $"SELECT kafka_offset {From(stream, range.Partition, range.First, range.Last)}", cancellationToken: cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            offsets.Add(reader.GetInt64(0));
        }

        return offsets;
    }

    private static string From(RecordStream stream, int partition, long first, long last) =>
        $"FROM {stream.Table} WHERE kafka_partition = {Number(partition)} AND kafka_offset BETWEEN {Number(first)} AND {Number(last)}";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
