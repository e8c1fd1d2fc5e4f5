namespace Standalone.Engines;

internal sealed partial class Engine
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Engine} started (process {Pid}) in {Elapsed} ms")]
    private partial void LogStarted(string engine, int pid, long elapsed);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Engine} ended with code {ExitCode} and is started again in {Seconds} s; its log is {File}")]
    private partial void LogDied(string engine, int exitCode, double seconds, string file);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Engine} was started again (process {Pid})")]
    private partial void LogRestarted(string engine, int pid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Engine} did not stop within {Seconds} s and was killed")]
    private partial void LogKilled(string engine, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Engine} could not be started again: {Reason}")]
    private partial void LogNotStarted(string engine, string reason);
}
