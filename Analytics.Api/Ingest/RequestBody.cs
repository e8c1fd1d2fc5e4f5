using Microsoft.AspNetCore.Http.Features;

namespace Analytics.Api.Ingest;

/// <summary>Reads a body completely: decompressed, bounded on the wire, bounded in memory.</summary>
internal static class RequestBody
{
    public static async Task ReadAsync(HttpRequest request, RequestBuffer buffer, IngestOptions options, CancellationToken ct)
    {
        // The limit is ours, so that the refusal is. The server then drains what the client is still sending, for some
        // seconds, instead of resetting the connection before the client has read the answer.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
            server.MaxRequestBodySize = null;
        if (request.ContentLength > options.MaxBodyBytes)
            throw WireLimit.Exceeded(options.MaxBodyBytes);

        var plain = request.Headers.ContentEncoding.Count == 0;
        await using var wire = new WireLimit(request.Body, options.MaxBodyBytes);
        await using var body = ContentEncoding.Decode(wire, request.Headers.ContentEncoding.ToString());
        try
        {
            await buffer.FillAsync(body, plain ? request.ContentLength ?? 0 : 0, ct);
        }
        catch (Exception e) when (!plain && ContentEncoding.IsCorruption(e))
        {
            throw new IngestException(IngestRefusal.CorruptEncoding,
                $"The body is not valid {request.Headers.ContentEncoding}, or ends too early.");
        }
    }
}
