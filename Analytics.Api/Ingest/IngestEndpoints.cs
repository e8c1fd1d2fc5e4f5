using Analytics.Api.Auth;
using Analytics.Contracts;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Ingest;

/// <summary>Routes of ingestion, and what they need.</summary>
internal static class IngestEndpoints
{
    public static void AddIngest(this IHostApplicationBuilder builder)
    {
        ContentEncoding.RefuseTruncatedStreams();
        var services = builder.Services;
        services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section)
            .Validate(HasRoomForOneRequest, "Ingest:MaxInFlightBytes must be at least 2.5 times Ingest:MaxDecompressedBytes.").ValidateOnStart();
        services.AddSingleton<IValidateOptions<IngestOptions>, IngestOptionsValidator>();
        services.AddSingleton<InFlightBytes>();
        services.AddSingleton<IngestTelemetry>();
        services.AddSingleton<EventProducer>();
        builder.Services.AddHostedService<ProducerWarmUp>();
        services.AddSingleton<StoredEvents>();
        services.AddSingleton<AcceptEvents>();
        services.AddSingleton(new DefaultObjectPoolProvider().Create<EventReader>());
    }

    public static RouteGroupBuilder MapIngest(this RouteGroupBuilder api)
    {
        var events = api.MapGroup("/events").WithTags("Events");
        events.MapPost("", AcceptEvents.HandleAsync).RequireAuthorization(Policies.Ingest).WithName("PostEvents").WithSummary("Post events: one, an array, NDJSON, CloudEvents");
        return events;
    }

    // A body that grows to its limit holds up to two and a half times that: the pool's arrays are powers of two.
    private static bool HasRoomForOneRequest(IngestOptions options) => options.MaxInFlightBytes >= options.MaxDecompressedBytes * 5L / 2;
}
