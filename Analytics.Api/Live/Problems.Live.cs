using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Errors;

/// <summary>Refusals of the live tail.</summary>
internal static partial class Problems
{
    public static ProblemHttpResult TooManyReaders(HttpResponse response)
    {
        response.Headers.RetryAfter = "5";
        return Problem(StatusCodes.Status429TooManyRequests, "too_many_readers", "Too many live tails are open; close one or try again later.");
    }
}
