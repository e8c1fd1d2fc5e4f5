using System.Globalization;
using Garnet;
using Microsoft.Extensions.Logging.Abstractions;

namespace Standalone.Engines;

/// <summary>
/// Garnet in this process, as a cache: loopback only, with a password, bounded, nothing on disk. Losing it costs speed, never truth.
/// </summary>
internal sealed class EmbeddedRedis : IDisposable
{
    private readonly GarnetServer server;

    private EmbeddedRedis(GarnetServer server) => this.server = server;

    public static EmbeddedRedis Start(int port, string password)
    {
        var server = new GarnetServer(
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--auth", "Password", "--password", password,
            "--memory", "32m", "--page", "1m", "--index", "2m", "--index-max-size", "8m", "--lua", "-q",
        ], NullLoggerFactory.Instance);
        server.Start();
        return new(server);
    }

    public static string ConnectionString(int port, string password) =>
        $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)},password={password},abortConnect=false";

    public void Dispose() => server.Dispose();
}
