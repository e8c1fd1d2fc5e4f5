using System.Globalization;
using Benchmarks.Ingest;
using Benchmarks.Product;

namespace Benchmarks.Kills;

/// <summary>What is in the table, behind the API's back.</summary>
internal readonly record struct TableCounts(long Rows, long Ids, long Places)
{
    public static async Task<TableCounts> OfAsync(string data, CancellationToken cancellation)
    {
        using var engine = await EngineClient.OpenAsync(data, cancellation);
        var text = await engine.AskAsync("SELECT count(), uniqExact(id), uniqExact(kafka_partition, kafka_offset) FROM events FORMAT TSV", cancellation);
        var counts = text.Split('\t').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToList();
        return new TableCounts(counts[0], counts[1], counts[2]);
    }
}

/// <summary>What was promised against what is there.</summary>
internal sealed record Verdict(int Seed, int Kills, long Acknowledged, long Abandoned, long Repeats, TableCounts Table, LedgerSums Ledger, string Data)
{
    private long Lost => Math.Max(0, Acknowledged - Table.Ids);

    private long Twice => Table.Rows - Math.Min(Table.Ids, Table.Places);

    public bool Failed =>
        Table.Rows != Acknowledged || Table.Ids != Acknowledged || Table.Places != Acknowledged || Abandoned > 0
        || Ledger.Stored != Acknowledged || Ledger.DeadLettered != 0 || Ledger.Accepted != Ledger.Settled || !Ledger.Balanced;

    public string Text() => string.Create(CultureInfo.InvariantCulture, $"""

        kills                {Kills,12:N0}
        acknowledged         {Acknowledged,12:N0}
        stored               {Table.Rows,12:N0}
        unique ids           {Table.Ids,12:N0}
        unique places        {Table.Places,12:N0}   partition and offset
        requests repeated    {Repeats,12:N0}
        ledger               {Ledger.Accepted,12:N0} = {Ledger.Stored:N0} stored + {Ledger.Duplicates:N0} repeats + {Ledger.DeadLettered:N0} dead letters, {(Ledger.Balanced ? "balanced" : "NOT balanced")}
        {(Failed ? $"FAILED with seed {Seed}: {Lost:N0} lost, {Twice:N0} twice, {Abandoned:N0} refused. Data: {Data}" : $"seed {Seed}: nothing lost, nothing twice")}
        """);
}
