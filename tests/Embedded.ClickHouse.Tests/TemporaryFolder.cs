namespace Embedded.ClickHouse.Tests;

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("embedded-clickhouse-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
