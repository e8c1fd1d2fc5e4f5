using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace ServiceDefaults.Tests;

public sealed class LogsTests
{
    [Fact]
    public void Frameworks_are_quiet_and_lines_are_single_by_default()
    {
        var configuration = Configure();

        Assert.Equal("Information", configuration["Logging:LogLevel:Default"]);
        Assert.Equal("Warning", configuration["Logging:LogLevel:Microsoft"]);
        Assert.Equal("true", configuration["Logging:Console:FormatterOptions:SingleLine"]);
    }

    [Fact]
    public void DEBUG_raises_the_level_above_what_the_settings_say()
    {
        var configuration = Configure(("DEBUG", "true"), ("Logging:LogLevel:Default", "Error"));

        Assert.Equal("Debug", configuration["Logging:LogLevel:Default"]);
        Assert.Equal("Information", configuration["Logging:LogLevel:Microsoft"]);
    }

    [Fact]
    public void LOG_LEVEL_sets_the_default_level() =>
        Assert.Equal("Error", Configure(("LOG_LEVEL", "error"))["Logging:LogLevel:Default"]);

    [Fact]
    public void Settings_of_the_operator_win_over_the_defaults() =>
        Assert.Equal("json", Configure(("Logging:Console:FormatterName", "json"))["Logging:Console:FormatterName"]);

    private static ConfigurationManager Configure(params (string Key, string Value)[] settings)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        builder.AddServiceDefaults();
        return builder.Configuration;
    }
}
