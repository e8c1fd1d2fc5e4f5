using System.Runtime.InteropServices;
using Benchmarks.Product;

namespace Benchmarks.Kills;

/// <summary>The <c>kills</c> command: options, signals, verdict, exit code.</summary>
internal static class KillsCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (KillsOptions.Parse(args) is not { } options)
        {
            Console.WriteLine(KillsOptions.HelpText);
            return Command.Done;
        }

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        await using var victim = new StandaloneProcess(options.Standalone, options.Data ?? Directory.CreateTempSubdirectory("kills-").FullName);
        try
        {
            var verdict = await new KillCampaign(options, victim, TimeProvider.System).RunAsync(stop.Token);
            Console.WriteLine(verdict.Text());
            if (!verdict.Failed && options.Data is null)
                await victim.DeleteAsync();
            return verdict.Failed ? Command.Errors : Command.Done;
        }
        catch (ProductException failure)
        {
            Console.WriteLine($"seed {options.Seed}: {failure.Message} Data: {victim.Data}{Environment.NewLine}{victim.Tail()}");
            return Command.Errors;
        }
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true; // the check is still to come
        stop.Cancel();
    }
}
