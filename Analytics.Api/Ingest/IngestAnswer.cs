using System.Text.Json;

namespace Analytics.Api.Ingest;

/// <summary>The answer of a request whose events are on the log. Written by hand: it may list hundreds of thousands of ids.</summary>
internal sealed class IngestAnswer(EventBatch batch, EventFates? fates, TimeSpan? waited) : IResult, IStatusCodeHttpResult
{
    private const int FlushBytes = 32 * 1024;

    /// <summary>200 when all events are known to be stored, duplicate or dead-lettered; else 202.</summary>
    public int? StatusCode => fates is { Pending: 0 } ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = StatusCode!.Value;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (waited is { } limit)
            response.Headers["Preference-Applied"] = $"wait={(int)limit.TotalSeconds}";

        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteNumber("accepted", batch.Records.Count);
        WriteRejected(json);
        await WriteAssignedAsync(json, httpContext.RequestAborted);
        if (fates is not null)
            await WriteFatesAsync(json, fates, httpContext.RequestAborted);
        json.WriteEndObject();
        await json.FlushAsync(httpContext.RequestAborted);
    }

    private void WriteRejected(Utf8JsonWriter json)
    {
        json.WriteStartArray("rejected");
        foreach (var rejected in batch.Rejected)
        {
            json.WriteStartObject();
            json.WriteNumber("index", rejected.Index);
            json.WriteString("id", rejected.Id);
            json.WriteString("code", rejected.Code);
            json.WriteString("message", rejected.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (batch.RejectedCount > 0)
            json.WriteNumber("rejectedCount", batch.RejectedCount);
    }

    private async Task WriteAssignedAsync(Utf8JsonWriter json, CancellationToken ct)
    {
        if (batch.Assigned.Count == 0)
            return;
        json.WriteStartArray("assigned");
        foreach (var assigned in batch.Assigned)
        {
            json.WriteStartObject();
            json.WriteNumber("index", assigned.Index);
            json.WriteString("id", assigned.Id);
            json.WriteEndObject();
            if (json.BytesPending > FlushBytes)
                await json.FlushAsync(ct);
        }

        json.WriteEndArray();
    }

    private async Task WriteFatesAsync(Utf8JsonWriter json, EventFates known, CancellationToken ct)
    {
        json.WriteNumber("stored", known.Stored);
        json.WriteNumber("duplicates", known.Duplicates);
        json.WriteNumber("deadLettered", known.DeadLettered);
        json.WriteNumber("pending", known.Pending);
        json.WriteStartArray("results");
        foreach (var record in batch.Records)
        {
            json.WriteStartObject();
            json.WriteNumber("index", record.Index);
            json.WriteString("status", known.Of(record.Value));
            json.WriteEndObject();
            if (json.BytesPending > FlushBytes)
                await json.FlushAsync(ct);
        }

        json.WriteEndArray();
    }
}
