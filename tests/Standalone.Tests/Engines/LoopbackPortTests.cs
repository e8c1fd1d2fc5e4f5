using System.Net;
using System.Net.Sockets;
using Standalone.Engines;

namespace Standalone.Tests.Engines;

public sealed class LoopbackPortTests
{
    [Fact]
    public void A_taken_port_is_not_chosen_even_when_preferred()
    {
        using var taken = new TcpListener(IPAddress.Loopback, LoopbackPort.Choose());
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        Assert.False(LoopbackPort.IsFree(IPAddress.Loopback, port));
        Assert.NotEqual(port, LoopbackPort.Choose(port));
    }

    [Fact]
    public void A_free_preferred_port_is_kept()
    {
        var port = LoopbackPort.Choose();

        Assert.Equal(port, LoopbackPort.Choose(port));
    }
}
