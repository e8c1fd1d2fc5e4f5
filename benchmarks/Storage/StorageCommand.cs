namespace Benchmarks.Storage;

/// <summary>The <c>storage</c> command.</summary>
internal static class StorageCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (StorageOptions.Parse(args) is not { } options)
        {
            Console.WriteLine(StorageOptions.HelpText);
            return Command.Done;
        }

        await using var engine = await EngineProcess.StartAsync(options.Engine);
        await new StorageRun(options, engine, TimeProvider.System).RunAsync(CancellationToken.None);
        return Command.Done;
    }
}
