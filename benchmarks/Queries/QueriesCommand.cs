using Benchmarks.Product;

namespace Benchmarks.Queries;

/// <summary>The <c>queries</c> command: options, tables, exit code.</summary>
internal static class QueriesCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (QueriesOptions.Parse(args) is not { } options)
        {
            Console.WriteLine(QueriesOptions.HelpText);
            return Command.Done;
        }

        return await OwnStandalone.UseAsync(options.Standalone, options.Data, async (standalone, stop) =>
        {
            var report = await new QueriesRun(options, standalone, TimeProvider.System).RunAsync(stop);
            Console.WriteLine(report.Text());
            return report.Failed ? Command.Errors : Command.Done;
        });
    }
}
