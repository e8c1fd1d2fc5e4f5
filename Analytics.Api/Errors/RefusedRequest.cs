using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;

namespace Analytics.Api.Errors;

/// <summary>A request that could not be read: malformed JSON, a missing body, a wrong parameter, a body that is too large.</summary>
internal sealed class RefusedRequest : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException refused)
            return false;

        var problem = refused.InnerException is JsonException json
            ? Problems.Problem(400, ErrorCodes.InvalidJson, "The body is not the JSON this route expects.", Place(json))
            : Problems.Problem(refused.StatusCode, ErrorCodes.Of(refused.StatusCode), "The request could not be read.", Reason(refused));
        await problem.ExecuteAsync(context);
        return true;
    }

    // The place only: the serializer's message names types of ours.
    private static string Place(JsonException json) =>
        $"Path {json.Path ?? "$"}, line {json.LineNumber + 1}, byte {json.BytePositionInLine}: malformed, of the wrong type, or an unknown or missing member.";

    private static string? Reason(BadHttpRequestException refused) => refused.StatusCode switch
    {
        413 => "The body is larger than this route accepts.",
        400 => "A body, a header or a parameter is missing or has the wrong form.",
        _ => null,
    };
}
