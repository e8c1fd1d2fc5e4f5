using System.Globalization;

namespace Benchmarks.Measure;

/// <summary>What Linux knows about one process: CPU time of all its threads and its memory.</summary>
internal sealed record ProcessSample(int Pid, int Parent, string Name, TimeSpan Cpu, long ResidentBytes, long AnonymousBytes)
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux .NET runs on

    /// <summary>Null when the process is gone.</summary>
    public static ProcessSample? Of(int pid)
    {
        try
        {
            // The name in parentheses may hold blanks; the fields behind it count from the third (state).
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            var status = File.ReadLines($"/proc/{pid}/status").ToList();
            return new ProcessSample(
                pid,
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                NameOf(pid),
                TimeSpan.FromSeconds(ticks / TicksPerSecond),
                Kilobytes(status, "VmRSS:"),
                Kilobytes(status, "RssAnon:"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The process and all below it.</summary>
    public static IReadOnlyList<ProcessSample> Tree(int root)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? Of(pid) : null)
            .OfType<ProcessSample>().ToLookup(sample => sample.Parent);
        var found = Of(root) is { } top ? new List<ProcessSample> { top } : [];
        for (var i = 0; i < found.Count; i++)
            found.AddRange(all[found[i].Pid]);
        return found;
    }

    /// <summary>The program, or for <c>dotnet X.dll</c> the name of X.</summary>
    private static string NameOf(int pid)
    {
        var words = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var program = words.FirstOrDefault(word => word.EndsWith(".dll", StringComparison.Ordinal)) ?? words.FirstOrDefault() ?? "?";
        return Path.GetFileName(program).Replace(".dll", "", StringComparison.Ordinal);
    }

    private static long Kilobytes(List<string> status, string name)
    {
        var line = status.Find(entry => entry.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : 1024 * long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
