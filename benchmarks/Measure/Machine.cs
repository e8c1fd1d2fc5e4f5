using System.Globalization;
using System.Runtime.InteropServices;

namespace Benchmarks.Measure;

/// <summary>What a reader of results must know about where they were seen.</summary>
internal static class Machine
{
    /// <summary>Cores, and how many processes wanted one over the last minute: more than cores, and times say little.</summary>
    public static string Now() => string.Create(
        CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores of {RuntimeInformation.ProcessArchitecture}, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}");
}
