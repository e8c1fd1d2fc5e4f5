namespace TestKit;

/// <summary>A directory of its own under the system's temporary folder, removed at the end.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Creates it.</summary>
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("auterity-test-").FullName;

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>A path inside it.</summary>
    public string Combine(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A program that was killed a moment ago may still hold a file; the system cleans its temporary folder.
        }
    }
}
