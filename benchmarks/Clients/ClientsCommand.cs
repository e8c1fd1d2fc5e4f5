using Benchmarks.Product;

namespace Benchmarks.Clients;

/// <summary>The <c>clients</c> command: whom to ask, tables, exit code.</summary>
internal static class ClientsCommand
{
    private const string QuietTenant = "tenant-5"; // of twenty, one of middle size

    public static async Task<int> RunAsync(string[] args)
    {
        if (ClientsOptions.Parse(args) is not { } options)
        {
            Console.WriteLine(ClientsOptions.HelpText);
            return Command.Done;
        }

        if (options.Url is { } url)
            return await AskAsync(options, new Target(url, options.Key!, options.QuietKey), CancellationToken.None);
        return await OwnStandalone.UseAsync(options.Standalone, options.Data, async (standalone, stop) =>
        {
            var history = await History.ReadAsync(standalone.Data, stop);
            var address = await standalone.StartedAsync();
            history ??= await History.FillAsync(standalone, options.Events, options.Seed, TimeProvider.System, stop);
            return await AskAsync(options, new Target(address, history.Keys[History.LargestTenant], history.Keys[QuietTenant], standalone), stop);
        });
    }

    private static async Task<int> AskAsync(ClientsOptions options, Target target, CancellationToken stop)
    {
        var report = new ClientsReport(await new ClientsRun(options, target, TimeProvider.System).RunAsync(stop));
        Console.WriteLine(report.Text());
        return report.Failed ? Command.Errors : Command.Done;
    }
}
