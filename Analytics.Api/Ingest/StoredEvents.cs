using System.Diagnostics;
using System.Globalization;
using Analytics.Contracts;
using Analytics.Contracts.Schema;
using ClickHouse.Driver;
using ClickHouse.Driver.ADO.Parameters;

namespace Analytics.Api.Ingest;

/// <summary>
/// Finds out what became of records by their place on the log: the ledger says which offset ranges are done, the tables
/// which of their records are there. A record of a range that is done, and in no table, was a repeat.
/// </summary>
internal sealed partial class StoredEvents(IClickHouseClient clickHouse, TimeProvider clock, ILogger<StoredEvents> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Asks until all fates are known or the time is over; what is not known then is pending.</summary>
    public async Task<EventFates> WaitAsync(EventBatch batch, IReadOnlyList<Position> positions, TimeSpan limit, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var fates = new EventFates(batch.Records.Count);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(limit);
        var open = positions.GroupBy(position => position.Partition).Select(group => new OpenPartition(group)).ToList();
        for (var pause = FirstPause; open.Count > 0; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var left = limit - Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                break;
            await Task.Delay(pause < left ? pause : left, clock, ct);
            for (var i = open.Count - 1; i >= 0; i--)
            {
                if (await TryResolveAsync(batch, open[i], fates, deadline.Token, ct))
                    open.RemoveAt(i);
            }
        }

        return fates;
    }

    private async Task<bool> TryResolveAsync(
        EventBatch batch, OpenPartition partition, EventFates fates, CancellationToken deadline, CancellationToken aborted)
    {
        try
        {
            return await ResolveAsync(batch, partition, fates, deadline);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            return false; // the wait is over
        }
        catch (Exception e) when (!aborted.IsCancellationRequested) // away, slow or overloaded: the events are safe on the log
        {
            CouldNotAsk(e);
            return false;
        }
    }

    private async Task<bool> ResolveAsync(EventBatch batch, OpenPartition partition, EventFates fates, CancellationToken ct)
    {
        var parameters = Parameters(batch, partition.Number, partition.First, partition.Last);
        var ranges = new List<(long First, long Last)>();
        var dead = 0L;
        await using (var reader = await clickHouse.ExecuteReaderAsync(LedgerSql, parameters, cancellationToken: ct))
        {
            while (await reader.ReadAsync(ct))
            {
                ranges.Add((reader.GetInt64(0), reader.GetInt64(1)));
                dead += reader.GetInt64(2);
            }
        }

        if (!partition.IsCoveredBy(ranges))
            return false;

        // Dead letters travel over their own topic, so they are stored a little after the ledger says so.
        var letters = new HashSet<long>();
        if (dead > 0)
        {
            letters = await OffsetsAsync(DeadLettersSql, Parameters(batch, partition.Number, ranges[0].First, ranges.Max(range => range.Last)), ct);
            if (letters.Count < dead)
                return false;
        }

        var stored = await OffsetsAsync(EventsSql, parameters, ct);
        foreach (var position in partition.Positions)
        {
            if (stored.Contains(position.Offset))
                fates.AddStored(position.Value);
            else if (letters.Contains(position.Offset))
                fates.AddDeadLettered(position.Value);
            else
                fates.AddDuplicate(position.Value);
        }

        return true;
    }

    // Every range that holds a record of the request has a row of its tenant and minute.
    private const string LedgerSql =
        $$"""
        SELECT first, last, toInt64(sum(dead_lettered))
        FROM {{Tables.Ledger}}
        WHERE topic = '{{Topics.Events}}' AND partition = {partition:UInt16} AND tenant = {tenant:String}
          AND minute = toStartOfMinute(fromUnixTimestamp64Milli({received:Int64}, 'UTC'))
          AND last >= {first:Int64} AND first <= {last:Int64}
        GROUP BY first, last
        ORDER BY first
        """;

    private const string EventsSql =
        $$"""
        SELECT kafka_offset
        FROM {{Tables.Events}}
        WHERE tenant = {tenant:String} AND received = fromUnixTimestamp64Milli({received:Int64}, 'UTC')
          AND kafka_partition = {partition:UInt16} AND kafka_offset BETWEEN {first:Int64} AND {last:Int64}
        """;

    private const string DeadLettersSql =
        $$"""
        SELECT offset
        FROM {{Tables.DeadLetters}}
        WHERE tenant = {tenant:String} AND received >= fromUnixTimestamp64Milli({received:Int64}, 'UTC') - INTERVAL 1 MINUTE
          AND topic = '{{Topics.Events}}' AND partition = {partition:UInt16} AND offset BETWEEN {first:Int64} AND {last:Int64}
        """;

    private async Task<HashSet<long>> OffsetsAsync(string sql, ClickHouseParameterCollection parameters, CancellationToken ct)
    {
        var offsets = new HashSet<long>();
        await using var reader = await clickHouse.ExecuteReaderAsync(sql, parameters, cancellationToken: ct);
        while (await reader.ReadAsync(ct))
            offsets.Add(Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture));
        return offsets;
    }

    private static ClickHouseParameterCollection Parameters(EventBatch batch, int partition, long first, long last) =>
        [
            new ClickHouseDbParameter { ParameterName = "tenant", Value = batch.TenantName },
            new ClickHouseDbParameter { ParameterName = "received", Value = batch.Received },
            new ClickHouseDbParameter { ParameterName = "partition", Value = partition },
            new ClickHouseDbParameter { ParameterName = "first", Value = first },
            new ClickHouseDbParameter { ParameterName = "last", Value = last },
        ];

    [LoggerMessage(LogLevel.Warning, "ClickHouse could not say what became of a request's events")]
    private partial void CouldNotAsk(Exception exception);

    /// <summary>The records of a request in one partition.</summary>
    private sealed class OpenPartition
    {
        public OpenPartition(IGrouping<int, Position> positions)
        {
            Number = positions.Key;
            Positions = [.. positions.OrderBy(position => position.Offset)];
        }

        public int Number { get; }

        public List<Position> Positions { get; }

        public long First => Positions[0].Offset;

        public long Last => Positions[^1].Offset;

        /// <param name="ranges">Ordered by their first offset, disjoint.</param>
        public bool IsCoveredBy(List<(long First, long Last)> ranges)
        {
            var range = 0;
            foreach (var position in Positions)
            {
                while (range < ranges.Count && ranges[range].Last < position.Offset)
                    range++;
                if (range == ranges.Count || ranges[range].First > position.Offset)
                    return false;
            }

            return true;
        }
    }
}
