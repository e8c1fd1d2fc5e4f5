using System.Globalization;

namespace Benchmarks.Clients;

/// <summary>The command line of <c>clients</c>.</summary>
internal sealed record ClientsOptions
{
    public const string HelpText = """
        Hundreds of clients that ask at once, each with a connection of its own that it keeps: dashboards only; then a mix of dashboards and
        questions that nobody has asked before; then few clients of a quiet tenant, alone and beside many of a noisy one.

        Usage: dotnet run -c Release --project benchmarks -- clients [options]

          --clients N      clients (default 500)
          --seconds N      how long the mix runs; each other phase half as long (default 60)
          --pause S        mean pause of a client of the mix between an answer and its next question, seconds (default 5; 0: none)
          --heavy N        heavy questions in the mix, per cent (default 10)
          --quiet N        clients of the quiet tenant (default 10)
          --seed S         seed of events and questions (default 1)
          --url URL        ask this installation instead of one of its own, with
          --key KEY        a key of the role viewer, and
          --quiet-key KEY  one of another tenant, to measure fairness
          --events N       of its own: events in the table (default 1000000)
          --data DIR       of its own: data folder, kept; one that `queries` or this filled is used as it is (default: a temporary one)
          --standalone DLL of its own: the program (default: the one built with this one)

        Exit codes: 0 nothing failed, 1 requests failed (429 and 503 to the noisy tenant are no failures), 2 bad option. Times never make it fail.
        """;

    public int Clients { get; private init; } = 500;
    public TimeSpan Duration { get; private init; } = TimeSpan.FromSeconds(60);
    public TimeSpan Pause { get; private init; } = TimeSpan.FromSeconds(5);
    public double Heavy { get; private init; } = 0.1;
    public int Quiet { get; private init; } = 10;
    public int Seed { get; private init; } = 1;
    public Uri? Url { get; private init; }
    public string? Key { get; private init; }
    public string? QuietKey { get; private init; }
    public long Events { get; private init; } = 1_000_000;
    public string? Data { get; private init; }
    public string Standalone { get; private init; } = Built.Program("Standalone");

    /// <summary>Null when the help is asked for.</summary>
    public static ClientsOptions? Parse(IReadOnlyList<string> args)
    {
        var options = new ClientsOptions();
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is "--help" or "-h")
                return null;
            var (name, inline) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            options = options.With(name, inline ?? (++i < args.Count ? args[i] : throw new OptionException($"{name} needs a value.")));
        }

        if (options.Url is null != options.Key is null)
            throw new OptionException("--url and --key go together.");
        if (options.Url is null && !File.Exists(options.Standalone))
            throw new OptionException($"There is no {options.Standalone}: build Standalone first, or say where it is with --standalone.");
        return options.Quiet < options.Clients ? options : throw new OptionException("--quiet must be less than --clients.");
    }

    private ClientsOptions With(string name, string value) => name switch
    {
        "--clients" => this with { Clients = (int)Number(name, value, 2, 20_000) },
        "--seconds" => this with { Duration = TimeSpan.FromSeconds(Number(name, value, 2, 86_400)) },
        "--pause" => this with { Pause = TimeSpan.FromSeconds(Number(name, value, 0, 3_600)) },
        "--heavy" => this with { Heavy = Number(name, value, 0, 100) / 100 },
        "--quiet" => this with { Quiet = (int)Number(name, value, 1, 1_000) },
        "--seed" => this with { Seed = (int)Number(name, value, 0, int.MaxValue) },
        "--url" when Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" => this with { Url = url },
        "--key" => this with { Key = value },
        "--quiet-key" => this with { QuietKey = value },
        "--events" => this with { Events = (long)Number(name, value, 10_000, 1_000_000_000) },
        "--data" => this with { Data = Path.GetFullPath(value) },
        "--standalone" => this with { Standalone = Path.GetFullPath(value) },
        "--url" => throw new OptionException($"--url cannot be {value}."),
        _ => throw new OptionException($"Unknown option {name}."),
    };

    private static double Number(string name, string value, double least, double most) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new OptionException($"{name} must be a number between {least:0} and {most:0}, not {value}.");
}
