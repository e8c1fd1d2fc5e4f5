using System.Runtime.InteropServices;

namespace Benchmarks.Product;

/// <summary>A Standalone for one run: stopped at its end, whatever that is, and gone when nobody named a folder.</summary>
internal static class OwnStandalone
{
    public static async Task<int> UseAsync(string program, string? data, Func<StandaloneProcess, CancellationToken, Task<int>> run)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        await using var standalone = new StandaloneProcess(program, data ?? Directory.CreateTempSubdirectory("benchmark-").FullName);
        try
        {
            return await run(standalone, stop.Token);
        }
        catch (ProductException failure)
        {
            await Console.Error.WriteLineAsync($"{failure.Message}{Environment.NewLine}{standalone.Tail()}");
            return Command.Errors;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Command.Errors;
        }
        finally
        {
            if (data is null)
                await standalone.DeleteAsync();
        }
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true; // the engines are to be stopped, and the folder to be deleted
        stop.Cancel();
    }
}
