using System.Runtime.InteropServices;

namespace TestKit;

/// <summary>The dotnet program that belongs to the runtime of the tests: three folders above its libraries.</summary>
internal static class Dotnet
{
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
