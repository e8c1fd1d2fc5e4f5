using Analytics.Api.Ingest;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Errors;

/// <summary>Refusals of ingestion.</summary>
internal static partial class Problems
{
    public static ProblemHttpResult Refused(IngestException refusal) => refusal.Refusal switch
    {
        IngestRefusal.EmptyBody => Problem(400, "empty_body", "There are no events in the request.", refusal.Message),
        IngestRefusal.MalformedJson => Problem(400, ErrorCodes.InvalidJson, "The body is not JSON.", refusal.Message),
        IngestRefusal.CorruptEncoding => Problem(400, "corrupt_encoding", "The body could not be decompressed.", refusal.Message),
        IngestRefusal.TooLarge => Problem(413, ErrorCodes.PayloadTooLarge, "The body is too large.", refusal.Message),
        IngestRefusal.TooManyEvents => Problem(413, "too_many_events", "The request has too many events.", refusal.Message),
        IngestRefusal.UnsupportedType => Problem(415, ErrorCodes.UnsupportedMediaType, "The body's type is not supported.", refusal.Message),
        IngestRefusal.UnsupportedEncoding => Problem(415, "unsupported_encoding", "The body's compression is not supported.", refusal.Message),
        _ => Problem(429, ErrorCodes.TooManyRequests, "There is no room for the request.", refusal.Message),
    };

    /// <summary>Every event of the request was refused.</summary>
    public static ProblemHttpResult NothingAcceptable(EventBatch batch) => Problem(
        400, "no_event_accepted", "No event of the request was acceptable.", batch.Rejected[0].Message, new Dictionary<string, object?>
        {
            ["accepted"] = 0,
            ["rejected"] = batch.Rejected,
            ["rejectedCount"] = batch.RejectedCount,
        });

    /// <summary>The broker did not acknowledge all records in time. Each event has an id, so a retry cannot store one twice.</summary>
    public static ProblemHttpResult NotAcknowledged(EventBatch batch, IReadOnlyList<UnacknowledgedEvent> open) => Problem(
        503, ErrorCodes.Unavailable, "The event log is unavailable; try again.",
        $"{batch.Records.Count - open.Count} of {batch.Records.Count} events were accepted. Post the others again with the ids given here: "
        + "should one of them have been stored all the same, its repeat is dropped.",
        new Dictionary<string, object?>
        {
            ["accepted"] = batch.Records.Count - open.Count,
            ["unacknowledged"] = open,
            ["rejected"] = batch.Rejected,
            ["rejectedCount"] = batch.RejectedCount,
            ["assigned"] = batch.Assigned,
        });
}
