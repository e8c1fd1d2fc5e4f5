using Analytics.Api.Auth;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Live;

/// <summary>The route of the live tail, and what it needs.</summary>
internal static class LiveEndpoints
{
    public static void AddLive(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<LiveOptions>().BindConfiguration(LiveOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LiveOptions>, LiveOptionsValidator>();
        services.AddSingleton<LiveTelemetry>();
        services.AddSingleton<LiveLog>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<LiveTail>();
    }

    public static RouteGroupBuilder MapLive(this RouteGroupBuilder api)
    {
        var live = api.MapGroup("/events/live").RequireAuthorization(Policies.Viewer).WithTags("Events");
        live.MapGet("", LiveTail.Handle).WithName("FollowEvents").WithSummary("Events as they are accepted (Server-Sent Events)");
        return live;
    }
}
