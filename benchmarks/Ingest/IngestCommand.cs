using System.Runtime.InteropServices;
using Benchmarks.Events;

namespace Benchmarks.Ingest;

/// <summary>The <c>ingest</c> command: options, signals, report, exit code.</summary>
internal static class IngestCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (IngestOptions.Parse(args) is not { } options)
        {
            Console.WriteLine(IngestOptions.HelpText);
            return Command.Done;
        }

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var file = options.Events is { } path ? new FileBatches(path, options.Batch) : null;
        var source = file ?? (IBatchSource)new GeneratedBatches(options.Seed, options.Batch, TimeProvider.System);

        var report = await new IngestRun(options, source, TimeProvider.System).RunAsync(stop);
        Console.WriteLine(report.Text());
        return report.Failed ? Command.Errors : Command.Done;
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true; // the report is still to come
        stop.Cancel();
    }
}
