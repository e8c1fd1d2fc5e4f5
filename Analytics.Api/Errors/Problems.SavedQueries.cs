using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.Api.Errors;

/// <summary>Refusals of saved queries.</summary>
internal static partial class Problems
{
    /// <summary>412: <c>If-Match</c> names another version than the present one.</summary>
    public static ProblemHttpResult OtherVersion() => Problem(
        StatusCodes.Status412PreconditionFailed, "precondition_failed", "It was changed in the meantime.", "Read it again: its ETag is not the one of If-Match.");

    /// <summary>409: the tenant keeps as much as it may.</summary>
    public static ProblemHttpResult SavedQueriesFull() => Problem(
        StatusCodes.Status409Conflict, "quota_reached", "There is no room for another saved query.",
        "The tenant keeps as many saved queries, or as many bytes of them, as it may; delete some.");
}
