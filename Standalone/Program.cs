using Standalone;

try
{
    var options = StandaloneOptions.Parse(args);
    if (!options.Help)
        return await StandaloneRun.RunAsync(options);

    Console.WriteLine(StandaloneOptions.HelpText);
    return ExitCode.Stopped;
}
catch (StartException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return failure.ExitCode;
}
