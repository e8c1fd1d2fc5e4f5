namespace Standalone;

/// <summary>The program cannot start for a reason its user can mend: the message is shown as it is, without a stack.</summary>
internal sealed class StartException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
