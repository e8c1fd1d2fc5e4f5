namespace Standalone.Engines;

/// <summary>How an engine is started: a program beside this one, its arguments, and what only it may see (environment).</summary>
internal sealed record EngineStart(
    string Name, string Assembly, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string LogFile)
{
    /// <summary>What the program prints once it can be used.</summary>
    public const string ReadyPrefix = "listening:";
}
