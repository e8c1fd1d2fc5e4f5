using System.Globalization;

namespace Benchmarks.Queries;

/// <summary>The command line of <c>queries</c>.</summary>
internal sealed record QueriesOptions
{
    public const string HelpText = """
        Starts Standalone, fills its table with generated events of twenty tenants, and asks every kind of question about thirty days of the
        largest one: without the cache, the same SQL sent straight to the engine, and out of the cache. Then exports a tenant's events in every
        format. Events go straight into the engine, which fills the rollups as for the worker.

        Usage: dotnet run -c Release --project benchmarks -- queries [options]

          --events N        events in the table (default 10000000)
          --exported N      events of one more tenant, to be exported; 0: no exports (default: as --events)
          --seed S          seed of the events (default 1): same seed, same events apart from when they end
          --repeat N        how often each question is asked without the cache (default 40)
          --cached N        how often each is asked out of the cache, and four times as often with 64 at a time (default 1000)
          --data DIR        data folder, kept; one that this command filled before is used as it is (default: a temporary one)
          --standalone DLL  the program (default: the one built with this one)

        CPU is what Linux counts, in hundredths of a second, of Standalone (the API, and a worker that has nothing to do) and of its ClickHouse.
        Exit codes: 0 every answer and export was right, 1 otherwise, 2 bad option. Figures alone never make it fail.
        """;

    public long Events { get; private init; } = 10_000_000;
    public long? Exported { get; private init; }
    public int Seed { get; private init; } = 1;
    public int Repeat { get; private init; } = 40;
    public int Cached { get; private init; } = 1_000;
    public string? Data { get; private init; }
    public string Standalone { get; private init; } = Built.Program("Standalone");

    /// <summary>Null when the help is asked for.</summary>
    public static QueriesOptions? Parse(IReadOnlyList<string> args)
    {
        var options = new QueriesOptions();
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is "--help" or "-h")
                return null;
            var (name, inline) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            options = options.With(name, inline ?? (++i < args.Count ? args[i] : throw new OptionException($"{name} needs a value.")));
        }

        return File.Exists(options.Standalone)
            ? options
            : throw new OptionException($"There is no {options.Standalone}: build Standalone first, or say where it is with --standalone.");
    }

    private QueriesOptions With(string name, string value) => name switch
    {
        "--events" => this with { Events = Number(name, value, 10_000, 1_000_000_000) },
        "--exported" => this with { Exported = Number(name, value, 0, 1_000_000_000) },
        "--seed" => this with { Seed = (int)Number(name, value, 0, int.MaxValue) },
        "--repeat" => this with { Repeat = (int)Number(name, value, 1, 100_000) },
        "--cached" => this with { Cached = (int)Number(name, value, 1, 1_000_000) },
        "--data" => this with { Data = Path.GetFullPath(value) },
        "--standalone" => this with { Standalone = Path.GetFullPath(value) },
        _ => throw new OptionException($"Unknown option {name}."),
    };

    private static long Number(string name, string value, long least, long most) =>
        long.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new OptionException($"{name} must be a whole number between {least} and {most}, not {value}.");
}
