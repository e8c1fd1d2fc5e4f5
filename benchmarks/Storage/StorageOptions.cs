using System.Globalization;

namespace Benchmarks.Storage;

/// <summary>The command line of <c>storage</c>.</summary>
internal sealed record StorageOptions
{
    public const string HelpText = """
        Measures the table of events as it is: inserts, one full merge, size on disk, and typical questions, against an embedded engine of its
        own on a temporary folder. Repeats the row of docs/adr/0002-how-events-are-stored.md that was chosen.

        Usage: dotnet run -c Release --project benchmarks -- storage [options]

          --rows N      events to store, in inserts of 10,000 (default 1000000)
          --seed S      seed of the events (default 1)
          --engine DLL  Embedded.ClickHouse (default: the one built with this program)

        CPU is that of the engine's process, which Linux counts in hundredths of a second. Exit codes: 0 done, 2 bad option.
        """;

    public int Rows { get; private init; } = 1_000_000;
    public int Seed { get; private init; } = 1;
    public string Engine { get; private init; } = Built.Program("Embedded.ClickHouse");

    /// <summary>Null when the help is asked for.</summary>
    public static StorageOptions? Parse(IReadOnlyList<string> args)
    {
        var options = new StorageOptions();
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is "--help" or "-h")
                return null;
            var (name, inline) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            options = options.With(name, inline ?? (++i < args.Count ? args[i] : throw new OptionException($"{name} needs a value.")));
        }

        return File.Exists(options.Engine) ? options : throw new OptionException($"There is no {options.Engine}: build Standalone first, or name it with --engine.");
    }

    private StorageOptions With(string name, string value) => name switch
    {
        "--rows" => this with { Rows = Number(name, value, 10_000, 100_000_000) },
        "--seed" => this with { Seed = Number(name, value, 0, int.MaxValue) },
        "--engine" => this with { Engine = Path.GetFullPath(value) },
        _ => throw new OptionException($"Unknown option {name}."),
    };

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new OptionException($"{name} must be a whole number between {least} and {most}, not {value}.");
}
