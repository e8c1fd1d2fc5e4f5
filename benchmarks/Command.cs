using Benchmarks.Clients;
using Benchmarks.Ingest;
using Benchmarks.Kills;
using Benchmarks.Queries;
using Benchmarks.Storage;

namespace Benchmarks;

/// <summary>The programs of this load generator; each prints one table and ends with 0 only when nothing went wrong.</summary>
internal static class Command
{
    public const int Done = 0;
    public const int Errors = 1;
    public const int BadOption = 2;

    private const string HelpText = """
        Load generator of Auterity Analytics.

        Usage: dotnet run -c Release --project benchmarks -- COMMAND [options]

          ingest    post events, measure rate, latency, freshness, CPU and memory, compare with the ledger
          kills     kill processes under load and prove that nothing is lost or stored twice
          storage   insert, merge, size and typical questions of the table of events
          queries   every kind of question and export on ten million events, beside the same SQL sent straight to the engine
          clients   hundreds of clients that ask at once, dashboards and heavy questions, and how a noisy tenant affects a quiet one

        COMMAND --help shows its options.
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            switch (args.FirstOrDefault())
            {
                case "ingest":
                    return await IngestCommand.RunAsync(args[1..]);
                case "kills":
                    return await KillsCommand.RunAsync(args[1..]);
                case "storage":
                    return await StorageCommand.RunAsync(args[1..]);
                case "queries":
                    return await QueriesCommand.RunAsync(args[1..]);
                case "clients":
                    return await ClientsCommand.RunAsync(args[1..]);
                case "--help" or "-h" or "help":
                    Console.WriteLine(HelpText);
                    return Done;
                case null:
                    throw new OptionException("A command is missing.");
                case var other:
                    throw new OptionException($"Unknown command {other}.");
            }
        }
        catch (OptionException mistake)
        {
            await Console.Error.WriteLineAsync($"{mistake.Message} --help shows what there is.");
            return BadOption;
        }
    }
}
