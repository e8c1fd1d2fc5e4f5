using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Standalone;

/// <summary>What the terminal shows: where everything is, the generated credentials at the first start only, and last the line that says ready.</summary>
internal static class Banner
{
    public static void Print(WebApplication app, DataDirectory data, bool firstStart)
    {
        var url = Address(app);
        Console.WriteLine($"""

            Auterity Analytics
              API          {url}/api/v1
              docs         {url}/docs
              health       {url}/health/ready
              metrics      {url}/metrics
              data         {data.Path}
              credentials  {Credentials(data, firstStart)}

            """);
        Console.WriteLine($"ready: {url}");
    }

    private static string Credentials(DataDirectory data, bool firstStart)
    {
        if (!File.Exists(data.Credentials))
            return "as configured (Bootstrap__AdminPassword, Bootstrap__IngestKey)";
        if (!firstStart)
            return data.Credentials;

        var lines = File.ReadLines(data.Credentials).Where(line => line.Length > 0 && line[0] != '#').Select(line => "    " + line);
        return $"kept in {data.Credentials}, shown this once:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}";
    }

    /// <summary>An address that can be opened: everywhere (0.0.0.0) is shown as this machine.</summary>
    private static string Address(WebApplication app)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        return address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "127.0.0.1", StringComparison.Ordinal).TrimEnd('/');
    }
}
