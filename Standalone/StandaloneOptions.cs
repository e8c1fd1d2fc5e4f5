using System.Globalization;
using System.Net;

namespace Standalone;

/// <summary>The command line.</summary>
internal sealed record StandaloneOptions(string Data, int Port, IPAddress Bind, bool Help)
{
    public const string HelpText = """
        Auterity Analytics, everything in one: engines, API and worker. Needs neither Docker nor any other server.

        Usage: dotnet run --project Standalone -- [options]

          --data DIR      folder of everything that is kept, created when missing (default: ./data)
          --port N        port of the API; 0 picks a free one (default: 5080)
          --bind ADDRESS  address the API listens on (default: 127.0.0.1; 0.0.0.0 opens it to the network)
          --help          this text

        Once everything is healthy it prints one line, ready: http://ADDRESS:PORT. Ctrl-C or SIGTERM stop it with nothing lost.
        Settings come from the environment, for example:
          Bootstrap__AdminPassword, Bootstrap__IngestKey   credentials of the first start instead of generated ones
          OTEL_EXPORTER_OTLP_ENDPOINT                      where to send traces, metrics and logs
          DEBUG=true                                       say more
        Exit codes: 0 stopped, 1 failed, 2 bad option, 3 data folder in use, 4 an engine did not start, 5 port in use.
        """;

    public static StandaloneOptions Parse(IReadOnlyList<string> args)
    {
        var options = new StandaloneOptions("data", 5080, IPAddress.Loopback, Help: false);
        for (var i = 0; i < args.Count; i++)
        {
            var (name, inline) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            if (name is "--help" or "-h" or "-?")
            {
                options = options with { Help = true };
                continue;
            }

            if (name is not ("--data" or "--port" or "--bind"))
                throw Bad($"Unknown option {args[i]}.");
            if ((inline ?? args.ElementAtOrDefault(++i)) is not { Length: > 0 } value)
                throw Bad($"{name} needs a value.");
            options = options.With(name, value);
        }

        return options;
    }

    private StandaloneOptions With(string name, string value) => name switch
    {
        "--data" => this with { Data = value },
        "--port" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 => this with { Port = port },
        "--port" => throw Bad($"--port must be a number between 0 and 65535, not {value}."),
        _ when value == "localhost" => this with { Bind = IPAddress.Loopback },
        _ when IPAddress.TryParse(value, out var address) => this with { Bind = address },
        _ => throw Bad($"--bind must be an IP address such as 127.0.0.1 or 0.0.0.0, not {value}."),
    };

    private static StartException Bad(string message) => new(ExitCode.BadOption, $"{message} --help shows the options.");
}
