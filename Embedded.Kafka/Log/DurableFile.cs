using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Embedded.Kafka.Log;

/// <summary>Small files that must be either the old or the new version after a crash, and the directory entries of new files.</summary>
internal static partial class DurableFile
{
    /// <summary>Writes a neighbour, syncs it, renames it over the old one and syncs the directory.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var next = path + ".next";
        using (var handle = File.OpenHandle(next, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, content, 0);
            RandomAccess.FlushToDisk(handle);
        }
        File.Move(next, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes created, renamed and deleted entries of a directory survive power loss. Windows needs (and has) no such call.</summary>
    public static void SyncDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(directory, 0);
        if (descriptor < 0) throw new IOException($"cannot open directory {directory}: error {Marshal.GetLastPInvokeError()}");
        try
        {
            if (Fsync(descriptor) != 0) throw new IOException($"cannot sync directory {directory}: error {Marshal.GetLastPInvokeError()}");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Reads a whole file through one handle, or null when it does not exist.</summary>
    public static byte[]? ReadIfThere(string path) => File.Exists(path) ? File.ReadAllBytes(path) : null;

    public static SafeFileHandle OpenForAppend(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
