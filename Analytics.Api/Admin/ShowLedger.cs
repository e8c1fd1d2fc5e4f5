using System.Security.Claims;
using Analytics.Api.Errors;
using Analytics.Contracts;
using ClickHouse.Driver;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Admin;

/// <summary>
/// <c>GET /admin/ledger</c>: per minute of receipt, what the log holds (accepted, as the workers counted its offset ranges) against what
/// the tables hold (stored is counted anew in <c>events</c>). Zero imbalance in all minutes: nothing lost, nothing twice.
/// Offsets behind the workers are in flight; they are counted over all tenants, because the log is.
/// </summary>
internal static class ShowLedger
{
    internal static readonly TimeSpan LongestRange = TimeSpan.FromDays(31);

    private const string Sql =
        """
        SELECT minute, sum(accepted) AS accepted, sum(stored) AS stored, sum(duplicates) AS duplicates, sum(dead_lettered) AS dead_lettered
        FROM
        (
            SELECT minute, accepted, toUInt64(0) AS stored, duplicates, dead_lettered
            FROM ledger
            WHERE tenant = {tenant:String} AND topic = {topic:String}
              AND minute >= toDateTime({from:Int64}, 'UTC') AND minute < toDateTime({to:Int64}, 'UTC')
            UNION ALL
            SELECT toStartOfMinute(toDateTime(received, 'UTC')) AS minute, toUInt64(0), count(), toUInt64(0), toUInt64(0)
            FROM events
            WHERE tenant = {tenant:String}
              AND received >= toDateTime64({from:Int64}, 3, 'UTC') AND received < toDateTime64({to:Int64}, 3, 'UTC')
            GROUP BY minute
        )
        GROUP BY minute
        ORDER BY minute
        """;

    internal sealed record MinuteView(
        DateTimeOffset Minute, long Accepted, long Stored, long Duplicates, long DeadLettered, long Imbalance);

    internal sealed record Totals(long Accepted, long Stored, long Duplicates, long DeadLettered, long Imbalance);

    internal sealed record Answer(
        DateTimeOffset From,
        DateTimeOffset To,
        string Tenant,
        Totals Totals,
        IReadOnlyList<MinuteView> Minutes,
        IReadOnlyList<LogOffsets.Position> Partitions,
        bool Balanced);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> HandleAsync(
        ClaimsPrincipal caller, TenantScope scope, IClickHouseClient clickHouse, LogOffsets offsets, TimeProvider time,
        CancellationToken cancellation, DateTimeOffset? from = null, DateTimeOffset? to = null, string? tenant = null)
    {
        if (scope.Choose(caller, tenant) is not { } chosen)
            return Problems.OtherTenant();
        var end = CeilingMinute(to ?? time.GetUtcNow());
        var start = FloorMinute(from ?? end - TimeSpan.FromHours(1));
        if (start >= end)
            return Problems.InvalidRequest("from must lie before to.");
        if (end - start > LongestRange)
            return Problems.InvalidRequest("The range is longer than 31 days.");

        var partitions = await offsets.ReadAsync(Topics.Events);
        var minutes = await ReadAsync(clickHouse, chosen, start, end, cancellation);
        return TypedResults.Ok(Compose(start, end, chosen, minutes, partitions));
    }

    internal static Answer Compose(
        DateTimeOffset from, DateTimeOffset to, string tenant, IReadOnlyList<MinuteView> minutes, IReadOnlyList<LogOffsets.Position> partitions)
    {
        var totals = new Totals(
            minutes.Sum(minute => minute.Accepted),
            minutes.Sum(minute => minute.Stored),
            minutes.Sum(minute => minute.Duplicates),
            minutes.Sum(minute => minute.DeadLettered),
            minutes.Sum(minute => minute.Imbalance));
        return new Answer(from, to, tenant, totals, minutes, partitions, IsBalanced(minutes, partitions.Sum(partition => partition.InFlight)));
    }

    // A batch's rows are stored an instant before its ledger entry: so much, and no more than is in flight, may be ahead. Nothing may be missing.
    private static bool IsBalanced(IReadOnlyList<MinuteView> minutes, long inFlight) =>
        minutes.All(minute => minute.Imbalance <= 0) && -minutes.Sum(minute => minute.Imbalance) <= inFlight;

    private static async Task<List<MinuteView>> ReadAsync(
        IClickHouseClient clickHouse, string tenant, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        var parameters = ClickHouseParameters.Of(
            ("tenant", tenant), ("topic", Topics.Events), ("from", from.ToUnixTimeSeconds()), ("to", to.ToUnixTimeSeconds()));
        var minutes = new List<MinuteView>();
        await using var reader = await clickHouse.ExecuteReaderAsync(Sql, parameters, null, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var at = new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(0), DateTimeKind.Utc));
            long accepted = Count(1), stored = Count(2), duplicates = Count(3), deadLettered = Count(4);
            minutes.Add(new MinuteView(at, accepted, stored, duplicates, deadLettered, accepted - stored - duplicates - deadLettered));
        }

        return minutes;

        long Count(int column) => Convert.ToInt64(reader.GetValue(column), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static DateTimeOffset FloorMinute(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    private static DateTimeOffset CeilingMinute(DateTimeOffset at) => FloorMinute(at.AddTicks(TimeSpan.TicksPerMinute - 1));
}
