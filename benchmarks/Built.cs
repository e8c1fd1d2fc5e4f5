using System.Runtime.InteropServices;

namespace Benchmarks;

/// <summary>The product's programs, as they were built with this one.</summary>
internal static class Built
{
    /// <summary>The dotnet that runs this program.</summary>
    public static string Dotnet { get; } = Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>In the folder of Standalone, of the same configuration as this one: artifacts/bin/PROJECT/CONFIGURATION.</summary>
    public static string Program(string name)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(own.FullName, "..", "..", "Standalone", own.Name, name + ".dll"));
    }
}
