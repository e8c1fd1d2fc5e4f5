using System.Runtime.InteropServices;

namespace Embedded.ClickHouse.Running;

/// <summary>Ends the process when its parent is gone, and without the engine's static destructors, which may still find threads at work.</summary>
internal static partial class ProcessEnd
{
    /// <summary>Calls back once standard input has ended.</summary>
    public static void WhenInputEnds(Action then)
    {
        new Thread(() =>
        {
            var buffer = new byte[256];
            using var input = Console.OpenStandardInput();
            while (input.Read(buffer) > 0)
            {
            }

            then();
        })
        { IsBackground = true, Name = "parent-watch" }.Start();
    }

    /// <summary>Ctrl-C reaches every process of a terminal; when a child stops is for its parent to say.</summary>
    public static void LeaveTerminal()
    {
        if (!OperatingSystem.IsWindows()) _ = NewSession();
    }

    /// <summary>Ends the process if it still runs after a time.</summary>
    public static void After(TimeSpan limit, int code)
    {
        new Thread(() =>
        {
            using var never = new ManualResetEvent(false);
            never.WaitOne(limit);
            Now(code);
        })
        { IsBackground = true, Name = "last-resort" }.Start();
    }

    public static void Now(int code)
    {
        Console.Out.Flush();
        Console.Error.Flush();
        Exit(code);
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int NewSession();

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
