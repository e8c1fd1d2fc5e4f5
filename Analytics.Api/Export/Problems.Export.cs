using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Errors;

/// <summary>Refusals of exports.</summary>
internal static partial class Problems
{
    public static ProblemHttpResult TooManyExports(HttpResponse response)
    {
        response.Headers.RetryAfter = "10";
        return Problem(StatusCodes.Status429TooManyRequests, "too_many_exports", "Too many exports are running; wait for one to end.");
    }
}
