using Analytics.Api.Engines;
using Analytics.Api.Errors;

namespace Analytics.Api.Control;

internal static class ControlSetup
{
    public static void AddControlStore(this IHostApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        builder.Services.AddSingleton(_ => ControlStore.Of(ConnectionStrings.Required(configuration, ConnectionStrings.Control)));
        builder.Services.AddSingleton<IUnavailability>(services => services.GetRequiredService<ControlStore>());
        builder.Services.AddSingleton<ControlStartup>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ControlStartup>());
    }
}
