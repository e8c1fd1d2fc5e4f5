using System.Globalization;

namespace Benchmarks.Ingest;

/// <summary>The command line of <c>ingest</c>.</summary>
internal sealed record IngestOptions
{
    public const string HelpText = """
        Posts batches of NDJSON events, generated or from a file, and prints what happened as a table.

        Usage: dotnet run -c Release --project benchmarks -- ingest --url URL --key KEY [options]

          --url URL              base address, e.g. http://127.0.0.1:5080 (required)
          --key KEY              API key that may ingest (required)
          --events FILE          post this file once (.ndjson or .ndjson.gz) instead of generated events
          --rate N               events per second; without it as fast as answers come back
          --seconds N            how long (default 30; with --events until the file ends)
          --seed S               seed of the generator (default 1): same seed, same events apart from ids and times
          --batch N              events per request (default 500)
          --connections N        requests under way at most (default 4)
          --bursts on|off        with --rate: a burst of three times the rate for 0.5 s every 5 s, same average (default on)
          --admin-user NAME      with --admin-password: measures freshness and compares with the ledger (default admin)
          --admin-password PW
          --freshness N          marker events per second (default 2; 0 = none)
          --pid PID              measure this process and all below it (the pid of Standalone), or
          --pids PID,PID,...     measure exactly these; without either no CPU and memory is shown

        Ctrl-C ends the load and prints what there is. Exit codes: 0 nothing went wrong, 1 errors or a ledger that does not add up, 2 bad option.
        """;

    public Uri Url { get; private init; } = null!; // checked by Parse
    public string Key { get; private init; } = "";
    public string? Events { get; private init; }
    public double? Rate { get; private init; }
    public TimeSpan? Duration { get; private init; }
    public int Seed { get; private init; } = 1;
    public int Batch { get; private init; } = 500;
    public int Connections { get; private init; } = 4;
    public bool Bursts { get; private init; } = true;
    public string AdminUser { get; private init; } = "admin";
    public string? AdminPassword { get; private init; }
    public double Freshness { get; private init; } = 2;
    public int? Root { get; private init; }
    public IReadOnlyList<int> Pids { get; private init; } = [];

    /// <summary>Null when the help is asked for.</summary>
    public static IngestOptions? Parse(IReadOnlyList<string> args)
    {
        var options = new IngestOptions();
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is "--help" or "-h")
                return null;
            var (name, inline) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            options = options.With(name, inline ?? (++i < args.Count ? args[i] : throw new OptionException($"{name} needs a value.")));
        }

        if (options.Url is null)
            throw new OptionException("--url is required.");
        if (options.Key.Length == 0)
            throw new OptionException("--key is required.");
        if (options.Events is { } file && !File.Exists(file))
            throw new OptionException($"There is no file {file}.");
        return options;
    }

    private IngestOptions With(string name, string value) => name switch
    {
        "--url" when Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" => this with { Url = url },
        "--key" => this with { Key = value },
        "--events" => this with { Events = value },
        "--rate" => this with { Rate = Number(name, value, 1, 10_000_000) },
        "--seconds" => this with { Duration = TimeSpan.FromSeconds(Number(name, value, 1, 7 * 86_400)) },
        "--seed" => this with { Seed = (int)Number(name, value, 0, int.MaxValue) },
        "--batch" => this with { Batch = (int)Number(name, value, 1, 10_000) },
        "--connections" => this with { Connections = (int)Number(name, value, 1, 1_000) },
        "--bursts" when value is "on" or "off" => this with { Bursts = value == "on" },
        "--admin-user" => this with { AdminUser = value },
        "--admin-password" => this with { AdminPassword = value },
        "--freshness" => this with { Freshness = Number(name, value, 0, 50) },
        "--pid" => this with { Root = (int)Number(name, value, 1, int.MaxValue) },
        "--pids" => this with { Pids = value.Split(',').Select(pid => (int)Number(name, pid, 1, int.MaxValue)).ToList() },
        "--url" or "--bursts" => throw new OptionException($"{name} cannot be {value}."),
        _ => throw new OptionException($"Unknown option {name}."),
    };

    private static double Number(string name, string value, double least, double most) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new OptionException($"{name} must be a number between {least:0} and {most:0}, not {value}.");
}
