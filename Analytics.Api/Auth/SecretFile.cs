namespace Analytics.Api.Auth;

/// <summary>A file that only its owner may read (mode 0600). It appears whole or not at all, and the first writer wins.</summary>
internal static class SecretFile
{
    public static void CreateIfAbsent(string path, string text)
    {
        if (File.Exists(path))
            return;
        var temporary = Write(path, text);
        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary); // another process was first
        }
    }

    public static void Replace(string path, string text) => File.Move(Write(path, text), path, overwrite: true);

    private static string Write(string path, string text)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory);
        var temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Guid.CreateVersion7():n}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(temporary, options);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
        stream.Flush(flushToDisk: true);
        return temporary;
    }
}
