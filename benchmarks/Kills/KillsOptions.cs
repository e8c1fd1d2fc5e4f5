using System.Globalization;

namespace Benchmarks.Kills;

/// <summary>The command line of <c>kills</c>.</summary>
internal sealed record KillsOptions
{
    public const string HelpText = """
        Starts Standalone on a fresh data folder, posts events from several clients at once, and kills (-9) a process chosen by the seed at a
        moment chosen by the seed: Standalone, its ClickHouse, its Kafka, or all of them at once, sometimes while it still recovers from the
        kill before. At the end every event that was answered with 202 must be stored, once, and the ledger must add up.

        Usage: dotnet run -c Release --project benchmarks -- kills [options]

          --seed N          which processes at which moments (default 1)
          --count N         how many kills (default 20)
          --clients N       clients that post (default 4)
          --rate N          events per second of all clients together, at most (default 4000)
          --data DIR        data folder, must not exist (default: a temporary one, kept when something was lost)
          --standalone DLL  the program (default: the one built with this one)

        Ctrl-C ends the kills and checks what there is. Exit codes: 0 nothing lost, nothing twice; 1 otherwise, with the seed in the message;
        2 bad option.
        """;

    public int Seed { get; private init; } = 1;
    public int Count { get; private init; } = 20;
    public int Clients { get; private init; } = 4;
    public int Rate { get; private init; } = 4_000;
    public string? Data { get; private init; }
    public string Standalone { get; private init; } = Built.Program("Standalone");

    /// <summary>Null when the help is asked for.</summary>
    public static KillsOptions? Parse(IReadOnlyList<string> args)
    {
        var options = new KillsOptions();
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is "--help" or "-h")
                return null;
            var (name, inline) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            options = options.With(name, inline ?? (++i < args.Count ? args[i] : throw new OptionException($"{name} needs a value.")));
        }

        if (!File.Exists(options.Standalone))
            throw new OptionException($"There is no {options.Standalone}: build Standalone first, or say where it is with --standalone.");
        if (Directory.Exists(options.Data))
            throw new OptionException($"{options.Data} exists already; the campaign needs a fresh folder.");
        return options;
    }

    private KillsOptions With(string name, string value) => name switch
    {
        "--seed" => this with { Seed = Number(name, value, 0, int.MaxValue) },
        "--count" => this with { Count = Number(name, value, 1, 1_000_000) },
        "--clients" => this with { Clients = Number(name, value, 1, 100) },
        "--rate" => this with { Rate = Number(name, value, 100, 1_000_000) },
        "--data" => this with { Data = Path.GetFullPath(value) },
        "--standalone" => this with { Standalone = Path.GetFullPath(value) },
        _ => throw new OptionException($"Unknown option {name}."),
    };

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new OptionException($"{name} must be a whole number between {least} and {most}, not {value}.");
}
