namespace Embedded.ClickHouse;

/// <summary>Turns the command line into configuration keys, refusing what it does not know.</summary>
internal static class CommandLine
{
    public const string Help = """
        Embedded.ClickHouse: ClickHouse's HTTP interface on libchdb, on the loopback address.

        Usage: Embedded.ClickHouse --data DIR [options]

          --data DIR             folder of the database files, created when missing (required)
          --port N               port on 127.0.0.1; 0 picks a free one
                                 (default: ASPNETCORE_URLS or HTTP_PORTS when set, else 8123)
          --database NAME        database made at the start when missing (default: analytics)
          --max-memory BYTES     memory the engine may hold (default: 1073741824)
          --max-concurrency N    statements that run at once, others wait (default: 16)
          --exit-with-parent     stop when standard input ends
          --help                 this text

        Every option can also come from the configuration: EmbeddedClickHouse__Data=DIR and so on.
        Users come from the configuration alone: Users__NAME__Password=..., Users__NAME__ReadOnly=true,
        Users__NAME__Tables=analytics_sql.* (only these may be read).
        Without any there is one: default, with an empty password.

        Once ready it prints one line on standard output, listening: http://127.0.0.1:PORT, and logs to standard error.
        Exit codes: 0 stopped, 1 failed, 2 bad option, 3 data folder in use, 4 libchdb missing.
        """;

    private static readonly Dictionary<string, string> Valued = new()
    {
        ["--data"] = nameof(EmbeddedClickHouseOptions.Data),
        ["--port"] = nameof(EmbeddedClickHouseOptions.Port),
        ["--database"] = nameof(EmbeddedClickHouseOptions.Database),
        ["--max-memory"] = nameof(EmbeddedClickHouseOptions.MaxMemory),
        ["--max-concurrency"] = nameof(EmbeddedClickHouseOptions.MaxConcurrency),
    };

    /// <summary>Keys and values, or the reason why not.</summary>
    public static (Dictionary<string, string?> Values, string? Error) Read(IReadOnlyList<string> args)
    {
        var values = new Dictionary<string, string?>();
        for (var i = 0; i < args.Count; i++)
        {
            var (name, inline) = args[i].Split('=', 2) is [var n, var v] ? (n, v) : (args[i], null);
            if (name == "--exit-with-parent" && inline is null)
            {
                values[Key(nameof(EmbeddedClickHouseOptions.ExitWithParent))] = "true";
            }
            else if (Valued.TryGetValue(name, out var property))
            {
                if (inline is null && i + 1 >= args.Count) return (values, $"{name} needs a value.");
                values[Key(property)] = inline ?? args[++i];
            }
            else
            {
                return (values, $"Unknown option {args[i]}.");
            }
        }

        return (values, null);
    }

    private static string Key(string property) => $"{EmbeddedClickHouseOptions.Section}:{property}";
}
