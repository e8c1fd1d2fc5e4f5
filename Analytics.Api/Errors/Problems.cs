using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Analytics.Api.Errors;

/// <summary>Every refusal the API utters (RFC 9457). An area with many refusals of its own adds a partial file, e.g. <c>Problems.Query.cs</c>.</summary>
internal static partial class Problems
{
    /// <summary>Prefix of the member <c>type</c>; the code follows.</summary>
    public const string TypePrefix = "https://auterity.dev/problems/";

    public static ProblemHttpResult InvalidRequest(string detail) =>
        Problem(StatusCodes.Status400BadRequest, ErrorCodes.InvalidRequest, "The request is invalid.", detail);

    public static ProblemHttpResult InvalidRequest(string detail, IReadOnlyDictionary<string, string[]> errors) => Problem(
        StatusCodes.Status400BadRequest, ErrorCodes.InvalidRequest, "The request is invalid.", detail,
        new Dictionary<string, object?> { ["errors"] = errors });

    public static ProblemHttpResult InvalidCredentials() =>
        Problem(StatusCodes.Status401Unauthorized, ErrorCodes.InvalidCredentials, "The user name or the password is wrong.");

    public static ProblemHttpResult InvalidRefreshToken() =>
        Problem(StatusCodes.Status401Unauthorized, ErrorCodes.InvalidRefreshToken, "The refresh token is unknown, expired, used or revoked.");

    public static ProblemHttpResult Forbidden(string detail) =>
        Problem(StatusCodes.Status403Forbidden, ErrorCodes.Forbidden, "The credential does not allow this.", detail);

    public static ProblemHttpResult OtherTenant() => Forbidden("Only an admin of the platform's own tenant may act on another tenant.");

    public static ProblemHttpResult NotFound(string what) =>
        Problem(StatusCodes.Status404NotFound, ErrorCodes.NotFound, $"There is no such {what}.");

    public static ProblemHttpResult Conflict(string detail) =>
        Problem(StatusCodes.Status409Conflict, ErrorCodes.Conflict, "It exists already.", detail);

    /// <summary>A dependency is away. Callers add <c>Retry-After</c> where they know better than <see cref="RetryAfter"/>.</summary>
    public static ProblemHttpResult Unavailable(string detail) =>
        Problem(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable, "A dependency is unavailable; try again.", detail);

    /// <summary>Any problem with a code: the one door, so that <c>type</c> and <c>code</c> always agree.</summary>
    public static ProblemHttpResult Problem(
        int status, string code, string title, string? detail = null, IDictionary<string, object?>? members = null)
    {
        var problem = new ProblemDetails { Status = status, Title = title, Detail = detail };
        Tag(problem, code);
        foreach (var (name, value) in members ?? new Dictionary<string, object?>())
            problem.Extensions[name] = value;
        return TypedResults.Problem(problem);
    }

    /// <summary>Sets <c>type</c> and <c>code</c>.</summary>
    public static void Tag(ProblemDetails problem, string code)
    {
        problem.Type = TypePrefix + code;
        problem.Extensions["code"] = code;
    }
}
