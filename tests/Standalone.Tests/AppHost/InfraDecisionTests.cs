using AppHost.Infra;

namespace Standalone.Tests.AppHost;

public sealed class InfraDecisionTests
{
    [Theory]
    [InlineData(null, "docker", InfraMode.Containers)]
    [InlineData("auto", "podman", InfraMode.Containers)]
    [InlineData("AUTO", null, InfraMode.Embedded)]
    [InlineData("", null, InfraMode.Embedded)]
    public void Auto_follows_the_container_runtime(string? setting, string? runtime, InfraMode expected) =>
        Assert.Equal(expected, InfraDecision.Make(setting, publishing: false, () => runtime).Mode);

    [Theory]
    [InlineData("containers", InfraMode.Containers)]
    [InlineData("Embedded", InfraMode.Embedded)]
    public void What_is_asked_for_is_not_looked_for(string setting, InfraMode expected) =>
        Assert.Equal(expected, InfraDecision.Make(setting, publishing: false, () => throw new InvalidOperationException("asked")).Mode);

    [Fact]
    public void Publishing_always_uses_containers() =>
        Assert.Equal(InfraMode.Containers, InfraDecision.Make("embedded", publishing: true, () => null).Mode);

    [Fact]
    public void Any_other_value_fails_with_a_sentence()
    {
        var failure = Assert.Throws<ArgumentException>(() => InfraDecision.Make("docker", publishing: false, () => null));

        Assert.StartsWith("Infra must be auto, containers or embedded, not \"docker\".", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_runtime_that_is_not_installed_is_not_usable() => Assert.False(RuntimeProbe.IsUsable("no-such-container-runtime"));

    [Fact]
    public void A_runtime_that_fails_is_not_usable() => Assert.False(RuntimeProbe.IsUsable("false"));
}
