using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Text;
using Analytics.Api.Errors;
using ClickHouse.Driver;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Admin;

/// <summary><c>GET /admin/dead-letters</c>: newest first, one page after the other by an opaque cursor. Bytes that are no UTF-8 come as base64.</summary>
internal static class ListDeadLetters
{
    internal const int DefaultLimit = 100, MaxLimit = 1000;

    private const string Sql =
        """
        SELECT toUnixTimestamp64Milli(received) AS received_ms, code, message, topic, partition, offset,
               if(isValidUTF8(key), key, base64Encode(key)) AS key_text, isValidUTF8(key) AS key_is_text,
               if(isValidUTF8(value), value, base64Encode(value)) AS value_text, isValidUTF8(value) AS value_is_text,
               replayed_ms
        FROM dead_letters
        LEFT JOIN
        (
            SELECT topic, partition, offset, toUnixTimestamp64Milli(max(replayed)) AS replayed_ms
            FROM dead_letter_replays
            WHERE tenant = {tenant:String}
            GROUP BY topic, partition, offset
        ) AS replays USING (topic, partition, offset)
        WHERE tenant = {tenant:String}
          AND received >= fromUnixTimestamp64Milli({from:Int64}) AND received < fromUnixTimestamp64Milli({to:Int64})
          AND ({code:String} = '' OR code = {code:String})
          AND (received_ms, topic, toInt64(partition), offset)
              < ({beforeMs:Int64}, {beforeTopic:String}, {beforePartition:Int64}, {beforeOffset:Int64})
        ORDER BY received DESC, topic DESC, partition DESC, offset DESC
        LIMIT {limit:UInt32}
        """;

    internal sealed record Item(
        DateTimeOffset Received,
        string Code,
        string Message,
        string Topic,
        int Partition,
        long Offset,
        string Key,
        string KeyEncoding,
        string Value,
        string ValueEncoding,
        DateTimeOffset? Replayed);

    internal sealed record Answer(IReadOnlyList<Item> Items, string? Cursor);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> HandleAsync(
        ClaimsPrincipal caller, TenantScope scope, IClickHouseClient clickHouse, TimeProvider time, CancellationToken cancellation,
        string? code = null, DateTimeOffset? from = null, DateTimeOffset? to = null, int limit = DefaultLimit, string? cursor = null, string? tenant = null)
    {
        if (scope.Choose(caller, tenant) is not { } chosen)
            return Problems.OtherTenant();
        if (limit is < 1 or > MaxLimit)
            return Problems.InvalidRequest("limit must lie between 1 and 1000.");
        if (!Position.TryParse(cursor, out var before))
            return Problems.InvalidRequest("cursor is not one that an earlier answer gave.");

        var end = to ?? time.GetUtcNow().AddMinutes(1);
        var start = from ?? DateTimeOffset.UnixEpoch;
        var parameters = ClickHouseParameters.Of(
            ("tenant", chosen), ("code", code ?? ""), ("from", start.ToUnixTimeMilliseconds()), ("to", end.ToUnixTimeMilliseconds()),
            ("beforeMs", before.Ms), ("beforeTopic", before.Topic), ("beforePartition", before.Partition), ("beforeOffset", before.Offset),
            ("limit", (uint)limit));
        var items = await ReadAsync(clickHouse, parameters, cancellation);
        return TypedResults.Ok(new Answer(items, items.Count == limit ? Position.Of(items[^1]).ToString() : null));
    }

    private static async Task<List<Item>> ReadAsync(
        IClickHouseClient clickHouse, ClickHouse.Driver.ADO.Parameters.ClickHouseParameterCollection parameters, CancellationToken cancellation)
    {
        var items = new List<Item>();
        await using var reader = await clickHouse.ExecuteReaderAsync(Sql, parameters, null, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            items.Add(new Item(
                DateTimeOffset.FromUnixTimeMilliseconds(Number(0)), reader.GetString(1), reader.GetString(2), reader.GetString(3),
                (int)Number(4), Number(5), reader.GetString(6), Encoding(7), reader.GetString(8), Encoding(9),
                Number(10) is > 0 and var replayed ? DateTimeOffset.FromUnixTimeMilliseconds(replayed) : null));
        }

        return items;

        long Number(int column) => Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);
        string Encoding(int column) => Number(column) == 1 ? "text" : "base64";
    }

    /// <summary>Where a page ended; the order of the rows is total, so none is skipped or repeated.</summary>
    internal readonly record struct Position(long Ms, string Topic, long Partition, long Offset)
    {
        public static Position Of(Item item) => new(item.Received.ToUnixTimeMilliseconds(), item.Topic, item.Partition, item.Offset);

        public static bool TryParse(string? cursor, out Position position)
        {
            position = new Position(long.MaxValue, "", 0, 0);
            if (cursor is null)
                return true;
            var parts = Base64Url.IsValid(cursor) && cursor.Length < 1000
                ? System.Text.Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split('\n')
                : [];
            if (parts.Length != 4
                || !long.TryParse(parts[0], CultureInfo.InvariantCulture, out var ms)
                || !long.TryParse(parts[2], CultureInfo.InvariantCulture, out var partition)
                || !long.TryParse(parts[3], CultureInfo.InvariantCulture, out var offset))
            {
                return false;
            }

            position = new Position(ms, parts[1], partition, offset);
            return true;
        }

        public override string ToString() =>
            Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Ms}\n{Topic}\n{Partition}\n{Offset}")));
    }
}
