namespace Standalone;

/// <summary>What the exit code tells whoever started the program.</summary>
internal static class ExitCode
{
    public const int Stopped = 0;
    public const int Failed = 1;
    public const int BadOption = 2;
    public const int DataInUse = 3;
    public const int EngineFailed = 4;
    public const int PortInUse = 5;
}
