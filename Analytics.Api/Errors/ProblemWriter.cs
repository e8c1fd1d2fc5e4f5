using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Analytics.Api.Errors;

/// <summary>Writes <c>application/problem+json</c> whatever the client accepts: a refusal must never be an empty body.</summary>
internal sealed class ProblemWriter(IOptions<ProblemDetailsOptions> problems, IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json) : IProblemDetailsWriter
{
    public const string ContentType = "application/problem+json";

    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        problems.Value.CustomizeProblemDetails?.Invoke(context);
        var response = context.HttpContext.Response;
        var problem = context.ProblemDetails;
        if (problem.Status is { } status)
            response.StatusCode = status;
        else
            problem.Status = response.StatusCode;
        response.Headers.CacheControl = "no-store";
        return new ValueTask(response.WriteAsJsonAsync(
            problem, problem.GetType(), Options(), ContentType, context.HttpContext.RequestAborted));
    }

    private JsonSerializerOptions Options() => json.Value.SerializerOptions;
}
