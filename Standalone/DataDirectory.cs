using System.Globalization;

namespace Standalone;

/// <summary>
/// The folder that holds everything this installation keeps. One process at a time: a locked file says so, and the lock is gone with
/// the process, however it ends.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileStream held;

    private DataDirectory(string path, FileStream held)
    {
        Path = path;
        this.held = held;
    }

    public string Path { get; }

    public string ClickHouse => Folder("clickhouse");

    public string Kafka => Folder("kafka");

    public string Logs => Folder("logs");

    public string Keys => Folder("keys");

    public string ControlStore => System.IO.Path.Combine(Path, "control.db");

    public string Credentials => System.IO.Path.Combine(Path, "credentials");

    public string SigningKey => System.IO.Path.Combine(Keys, "signing.pem");

    /// <summary>Creates the folder when missing and takes the lock.</summary>
    /// <exception cref="StartException">Another process has it, or it cannot be written.</exception>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        Create(path);
        try
        {
            return new(path, Lock(path));
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw Unusable(path, exception);
        }
    }

    /// <summary>A secret of this installation, made at the first use and readable by its owner only.</summary>
    public string Secret(string name)
    {
        var file = System.IO.Path.Combine(Keys, name);
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } kept)
            return kept;

        var secret = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(24));
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, options);
        writer.Write(secret);
        return secret;
    }

    public void Dispose() => held.Dispose();

    private static FileStream Lock(string path)
    {
        var file = System.IO.Path.Combine(path, "standalone.lock");
        var owner = System.IO.Path.Combine(path, "standalone.pid");
        try
        {
            var held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return held;
        }
        catch (IOException) when (File.Exists(file))
        {
            var pid = File.Exists(owner) ? $" (process {File.ReadAllText(owner)})" : "";
            throw new StartException(
                ExitCode.DataInUse, $"The data folder {path} is in use by another instance{pid}. Stop it, or choose another folder with --data DIR.");
        }
    }

    private string Folder(string name)
    {
        var folder = System.IO.Path.Combine(Path, name);
        Create(folder);
        return folder;
    }

    private static void Create(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, OwnerOnly);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw Unusable(path, exception);
        }
    }

    private static StartException Unusable(string path, Exception exception) =>
        new(ExitCode.Failed, $"The data folder {path} cannot be used: {exception.Message}");
}
