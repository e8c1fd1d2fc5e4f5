using System.Net.Sockets;
using System.Runtime.InteropServices;
using Embedded.Kafka.Log;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Embedded.Kafka;

/// <summary>The executable: parse, start, say where, wait for the end. Standard output carries only the ready line, standard error the log.</summary>
internal static partial class BrokerCommand
{
    private const int Clean = 0;
    private const int Failed = 1;
    private const int BadOption = 2;
    private const int DirectoryInUse = 3;

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var arguments = BrokerArguments.Parse(args);
            if (arguments.ExitsWithParent) LeaveTerminal();
            if (!arguments.WantsHelp) return await ServeAsync(arguments);
            Console.WriteLine(BrokerArguments.Help);
            return Clean;
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"{e.Message}\n\n{BrokerArguments.Help}");
            return BadOption;
        }
        catch (DataDirectoryInUseException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return DirectoryInUse;
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync($"cannot start: {e.Message}");
            return Failed;
        }
    }

    private static async Task<int> ServeAsync(BrokerArguments arguments)
    {
        using var loggers = LoggerFactory.Create(logging => logging
            .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp, console.ColorBehavior) = (true, "HH:mm:ss.fff ", true, LoggerColorBehavior.Disabled))
            .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        var end = new TaskCompletionSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.TrySetResult();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await using var broker = Broker.Start(arguments.Options, loggers);
        Console.WriteLine($"listening: {arguments.Options.Bind}:{broker.Port}");
        if (arguments.ExitsWithParent) WatchParent(end);
        await end.Task;
        await broker.StopAsync();
        return Clean;
    }

    /// <summary>The parent holds the other end of standard input; however it dies, the operating system closes it.</summary>
    private static void WatchParent(TaskCompletionSource end)
    {
        new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            Span<byte> buffer = stackalloc byte[64];
            while (input.Read(buffer) > 0)
            {
            }
            end.TrySetResult();
        })
        { IsBackground = true, Name = "parent-watch" }.Start();
    }

    /// <summary>Ctrl-C reaches every process of a terminal; when this one stops is for its parent to say.</summary>
    private static void LeaveTerminal()
    {
        if (!OperatingSystem.IsWindows()) _ = NewSession();
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int NewSession();
}
