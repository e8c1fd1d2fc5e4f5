using System.Net;
using System.Net.Sockets;

namespace Standalone.Engines;

/// <summary>
/// A free port for an engine, below the range the system gives to outgoing connections: an engine that dies finds its port again when
/// it is restarted, because nobody gets it by chance in between.
/// </summary>
internal static class LoopbackPort
{
    private const int First = 20_000;
    private const int Last = 32_000;

    public static int Choose(int preferred = 0)
    {
        if (preferred != 0 && IsFree(IPAddress.Loopback, preferred))
            return preferred;

        for (var attempt = 0; attempt < 200; attempt++)
        {
            var port = Random.Shared.Next(First, Last);
            if (IsFree(IPAddress.Loopback, port))
                return port;
        }

        throw new StartException(ExitCode.PortInUse, $"No free port between {First} and {Last} was found on the loopback address.");
    }

    public static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
