using System.Globalization;
using Analytics.Contracts;
using Analytics.Contracts.Schema;
using ClickHouse.Driver;

namespace Analytics.Api.Admin;

/// <summary>A dead letter with its original bytes.</summary>
internal sealed record DeadLetter(string Topic, int Partition, long Offset, long ReceivedMs, byte[] Value);

/// <summary>Where a dead letter went; offset -1 when its event was found stored.</summary>
internal readonly record struct Replay(DeadLetter Letter, int ToPartition, long ToOffset);

/// <summary>What replaying asks of the tables and notes in them.</summary>
internal sealed class DeadLetterStore(IClickHouseClient clickHouse, TimeProvider time)
{
    /// <summary>Of one call, so that its memory is bounded. A letter may have 512 KiB and more.</summary>
    private const int MostBytes = 32 << 20;

    // Parameters travel in the URL, which a server limits to 1 MiB; an id has at most 64 characters of 4 bytes of 3 each.
    private const int IdsAtOnce = 200;

    private const string SelectSql =
        $$"""
        SELECT toUnixTimestamp64Milli(received) AS received_ms, topic, partition, offset, base64Encode(value) AS value_base64
        FROM {{Tables.DeadLetters}}
        WHERE tenant = {tenant:String}
          AND received >= fromUnixTimestamp64Milli({from:Int64}) AND received < fromUnixTimestamp64Milli({to:Int64})
          AND ({code:String} = '' OR code = {code:String})
          AND (empty({offsets:Array(Int64)})
               OR has(arrayZip({topics:Array(String)}, {partitions:Array(UInt16)}, {offsets:Array(Int64)}), (toString(topic), partition, offset)))
          AND (topic, partition, offset) NOT IN (SELECT topic, partition, offset FROM {{Tables.DeadLetterReplays}} WHERE tenant = {tenant:String})
          AND (received_ms, topic, toInt64(partition), offset)
              < ({beforeMs:Int64}, {beforeTopic:String}, {beforePartition:Int64}, {beforeOffset:Int64})
        ORDER BY received DESC, topic DESC, partition DESC, offset DESC
        LIMIT {limit:UInt32}
        """;

    private const string StoredSql =
        $$"""
        SELECT DISTINCT subject, id FROM {{Tables.Events}} WHERE tenant = {tenant:String} AND id IN {ids:Array(String)}
        """;

    private const string RecordSql =
        $$"""
        INSERT INTO {{Tables.DeadLetterReplays}} (tenant, topic, partition, offset, replayed, to_partition, to_offset)
        SELECT {tenant:String}, '{{Topics.Events}}', letter.1, letter.2, fromUnixTimestamp64Milli({replayed:Int64}, 'UTC'), letter.3, letter.4
        FROM (SELECT arrayJoin(arrayZip(
            {partitions:Array(UInt16)}, {offsets:Array(Int64)}, {toPartitions:Array(Int32)}, {toOffsets:Array(Int64)})) AS letter)
        """;

    /// <summary>The newest letters before a position that have not been replayed, and where to go on.</summary>
    public async Task<(IReadOnlyList<DeadLetter> Letters, string? Cursor)> ReadAsync(
        string tenant, ReplayDeadLetters.Request request, ListDeadLetters.Position before, CancellationToken cancellation)
    {
        var named = (request.Letters ?? []).OfType<ReplayDeadLetters.Origin>().ToList();
        var parameters = ClickHouseParameters.Of(
            ("tenant", tenant), ("code", request.Code ?? ""), ("limit", (uint)request.Limit),
            ("from", (request.From ?? DateTimeOffset.UnixEpoch).ToUnixTimeMilliseconds()),
            ("to", (request.To ?? time.GetUtcNow().AddMinutes(1)).ToUnixTimeMilliseconds()),
            ("topics", named.Select(letter => letter.Topic!).ToArray()),
            ("partitions", named.Select(letter => letter.Partition).ToArray()),
            ("offsets", named.Select(letter => letter.Offset).ToArray()),
            ("beforeMs", before.Ms), ("beforeTopic", before.Topic), ("beforePartition", before.Partition), ("beforeOffset", before.Offset));
        var letters = new List<DeadLetter>();
        var bytes = 0;
        await using var reader = await clickHouse.ExecuteReaderAsync(SelectSql, parameters, null, cancellation);
        while (bytes < MostBytes && await reader.ReadAsync(cancellation))
        {
            var letter = new DeadLetter(
                reader.GetString(1), (int)Number(2), Number(3), Number(0), Convert.FromBase64String(reader.GetString(4)));
            letters.Add(letter);
            bytes += letter.Value.Length;
        }

        var more = letters.Count == request.Limit || bytes >= MostBytes;
        return (letters, more ? PositionOf(letters[^1]).ToString() : null);

        long Number(int column) => Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);
    }

    /// <summary>Which events with these ids the tenant has, as subject and id.</summary>
    public async Task<IReadOnlySet<(string Subject, string Id)>> StoredAsync(
        string tenant, IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        var stored = new HashSet<(string, string)>();
        foreach (var some in ids.Chunk(IdsAtOnce))
        {
            await using var reader = await clickHouse.ExecuteReaderAsync(
                StoredSql, ClickHouseParameters.Of(("tenant", tenant), ("ids", some)), null, cancellation);
            while (await reader.ReadAsync(cancellation))
                stored.Add((reader.GetString(0), reader.GetString(1)));
        }

        return stored;
    }

    /// <summary>Notes that letters need no replay any more.</summary>
    public async Task RecordAsync(string tenant, IReadOnlyList<Replay> replays, CancellationToken cancellation)
    {
        if (replays.Count == 0)
            return;
        await clickHouse.ExecuteNonQueryAsync(
            RecordSql,
            ClickHouseParameters.Of(
                ("tenant", tenant), ("replayed", time.GetUtcNow().ToUnixTimeMilliseconds()),
                ("partitions", replays.Select(replay => (ushort)replay.Letter.Partition).ToArray()),
                ("offsets", replays.Select(replay => replay.Letter.Offset).ToArray()),
                ("toPartitions", replays.Select(replay => replay.ToPartition).ToArray()),
                ("toOffsets", replays.Select(replay => replay.ToOffset).ToArray())),
            null,
            cancellation);
    }

    private static ListDeadLetters.Position PositionOf(DeadLetter letter) => new(letter.ReceivedMs, letter.Topic, letter.Partition, letter.Offset);
}
