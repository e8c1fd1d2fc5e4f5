using System.ComponentModel;
using System.Diagnostics;

namespace AppHost.Infra;

/// <summary>Looks for a container runtime the way Aspire does, but before the model is built.</summary>
public static class RuntimeProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary><c>docker</c> or <c>podman</c>, whichever answers first; only <c>ASPIRE_CONTAINER_RUNTIME</c> when that is set.</summary>
    public static string? FindUsable()
    {
        string[] candidates = Environment.GetEnvironmentVariable("ASPIRE_CONTAINER_RUNTIME") is { Length: > 0 } only ? [only] : ["docker", "podman"];
        return Array.Find(candidates, IsUsable);
    }

    /// <summary>Whether it is installed and lists containers within 5 s.</summary>
    public static bool IsUsable(string runtime)
    {
        try
        {
            var start = new ProcessStartInfo(runtime, ["container", "ls", "-n", "1"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start);
            if (process is null)
                return false;

            // Read both, so that a talkative runtime never blocks on a full pipe.
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            if (process.WaitForExit(Limit))
                return process.ExitCode == 0;

            process.Kill(entireProcessTree: true);
            return false;
        }
        catch (Win32Exception)
        {
            return false; // not installed
        }
    }
}
