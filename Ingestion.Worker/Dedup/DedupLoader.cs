using System.Globalization;
using ClickHouse.Driver;
using Ingestion.Worker.Batch;
using Ingestion.Worker.Native;
using Ingestion.Worker.Streams;

namespace Ingestion.Worker.Dedup;

/// <summary>
/// Rebuilds the dedup window of a partition from the rows that are stored, so that it can never disagree with them. Rows of
/// the range that is about to be replayed do not count: it must not take its own rows for repeats.
/// </summary>
internal sealed class DedupLoader(ClickHouseClient client)
{
    public async Task<DedupWindow> LoadAsync(
        RecordStream stream, OffsetRange except, TimeSpan window, int maxIds, Identity identity, CancellationToken cancellationToken)
    {
        var partition = except.Partition;
        var result = new DedupWindow(window, maxIds);
        var newest = await NewestReceivedAsync(stream, partition, except, cancellationToken);
        if (newest is null)
        {
            return result;
        }

        // Oldest slice first, so that generations are built in the order of time. One slice more than the window: the clocks
        // of several APIs differ a little.
        var slices = await SlicesToLoadAsync(stream, partition, except, newest.Value, result.SliceMs, maxIds, cancellationToken);
        for (var slice = slices; slice >= 0; slice--)
        {
            var to = newest.Value - (slice * result.SliceMs);
            await LoadSliceAsync(stream, partition, except, to - result.SliceMs, to, result, identity, cancellationToken);
        }

        return result;
    }

    private async Task<long?> NewestReceivedAsync(RecordStream stream, int partition, OffsetRange except, CancellationToken cancellationToken)
    {
        var answer = await client.ExecuteScalarAsync(
            $"""
            SELECT toString(if(count() = 0, -1, max(toUnixTimestamp64Milli(received))))
            FROM {stream.Table} WHERE kafka_partition = {Number(partition)} AND NOT (kafka_offset BETWEEN {Number(except.First)} AND {Number(except.Last)})
            """,
            cancellationToken: cancellationToken);
        var value = long.Parse((string)answer!, CultureInfo.InvariantCulture);
        return value < 0 ? null : value;
    }

    // How many slices back the ids fit into maxIds.
    private async Task<long> SlicesToLoadAsync(
        RecordStream stream, int partition, OffsetRange except, long newest, long sliceMs, int maxIds, CancellationToken cancellationToken)
    {
        var total = 0L;
        await using var reader = await client.ExecuteReaderAsync(
            $"""
            SELECT intDiv({Number(newest)} - toUnixTimestamp64Milli(received), {Number(sliceMs)}) AS slice, count() AS ids
            FROM {stream.Table}
            WHERE kafka_partition = {Number(partition)} AND NOT (kafka_offset BETWEEN {Number(except.First)} AND {Number(except.Last)})
              AND received > fromUnixTimestamp64Milli({Number(newest - (sliceMs * (DedupWindow.Generations + 1)))}, 'UTC')
            GROUP BY slice ORDER BY slice
            """,
            cancellationToken: cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            total += Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture);
            if (total > maxIds)
            {
                return Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture);
            }
        }

        return DedupWindow.Generations;
    }

    private async Task LoadSliceAsync(
        RecordStream stream,
        int partition,
        OffsetRange except,
        long from,
        long to,
        DedupWindow window,
        Identity identity,
        CancellationToken cancellationToken)
    {
        using var result = await client.ExecuteRawResultAsync(
            $"""
            SELECT toUnixTimestamp64Milli(received), {string.Join(", ", stream.IdentityColumns)}
            FROM {stream.Table}
            WHERE kafka_partition = {Number(partition)} AND NOT (kafka_offset BETWEEN {Number(except.First)} AND {Number(except.Last)})
              AND received > fromUnixTimestamp64Milli({Number(from)}, 'UTC') AND received <= fromUnixTimestamp64Milli({Number(to)}, 'UTC')
            FORMAT RowBinary
            """,
            cancellationToken: cancellationToken);
        await using var body = await result.ReadDecompressedStreamAsync();
        var rows = new RowBinaryReader(body);
        while (await rows.ReadRowAsync(stream.IdentityColumns.Count, cancellationToken))
        {
            window.TryAdd(identity.Of(rows.Text(0), rows.Text(1), rows.Text(2)), rows.Number);
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
