using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Embedded.Kafka.Log;

/// <summary>Another broker uses the data directory.</summary>
public sealed class DataDirectoryInUseException(string directory, int? holder)
    : IOException($"{directory} is in use by another broker{(holder is { } pid ? $", process {pid}" : "")}")
{
    /// <summary>The process that holds it, when it is known.</summary>
    public int? Holder { get; } = holder;
}

/// <summary>Keeps a second broker out. The operating system releases it with the process, so a crash leaves nothing to clean up.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly SafeFileHandle _handle;

    public DataDirectoryLock(string directory)
    {
        Directory.CreateDirectory(directory);
        // A locked file cannot be read by others, so the holder's id stands in a second one.
        var pid = Path.Combine(directory, "broker.pid");
        try
        {
            _handle = File.OpenHandle(Path.Combine(directory, "broker.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            var known = File.Exists(pid) && int.TryParse(File.ReadAllText(pid), NumberStyles.None, CultureInfo.InvariantCulture, out var holder);
            throw new DataDirectoryInUseException(directory, known ? int.Parse(File.ReadAllText(pid), CultureInfo.InvariantCulture) : null);
        }
        File.WriteAllText(pid, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    public void Dispose() => _handle.Dispose();
}
