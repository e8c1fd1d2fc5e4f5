using System.Net;

namespace Standalone.Tests;

public sealed class StandaloneOptionsTests
{
    [Fact]
    public void Defaults_are_a_local_data_folder_and_port_5080_on_loopback()
    {
        var options = StandaloneOptions.Parse([]);

        Assert.Equal(new StandaloneOptions("data", 5080, IPAddress.Loopback, Help: false), options);
    }

    [Fact]
    public void Values_follow_their_option_or_an_equals_sign()
    {
        var options = StandaloneOptions.Parse(["--data", "/srv/x", "--port=0", "--bind", "0.0.0.0"]);

        Assert.Equal(new StandaloneOptions("/srv/x", 0, IPAddress.Any, Help: false), options);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_is_recognised(string option) => Assert.True(StandaloneOptions.Parse([option]).Help);

    [Theory]
    [InlineData("Unknown option --dta.", "--dta")]
    [InlineData("Unknown option stray.", "stray")]
    [InlineData("--data needs a value.", "--data")]
    [InlineData("--port must be a number between 0 and 65535, not 70000.", "--port", "70000")]
    [InlineData("--port must be a number between 0 and 65535, not -1.", "--port", "-1")]
    [InlineData("--bind must be an IP address", "--bind", "example.org")]
    public void A_bad_option_is_named_in_one_line(string message, params string[] args)
    {
        var failure = Assert.Throws<StartException>(() => StandaloneOptions.Parse(args));

        Assert.Equal(ExitCode.BadOption, failure.ExitCode);
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }
}
