using Microsoft.AspNetCore.Diagnostics;

namespace Analytics.Api.Errors;

/// <summary>Everything else: a bug (500) or a dependency that is away (503). What the exception says goes to the log only.</summary>
internal sealed partial class UnexpectedFailure(ILogger<UnexpectedFailure> log, IEnumerable<IUnavailability> dependencies) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        if (dependencies.FirstOrDefault(dependency => dependency.Explains(exception)) is { } away)
        {
            Unavailable(exception, away.Name);
            context.Response.Headers.RetryAfter = "2";
            await Problems.Unavailable($"{away.Name} does not answer.").ExecuteAsync(context);
            return true;
        }

        Failed(exception, context.Request.Method, context.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.DisplayName);
        await Problems.Problem(500, ErrorCodes.InternalError, "The request failed. The trace id leads to the reason in the logs.").ExecuteAsync(context);
        return true;
    }

    [LoggerMessage(LogLevel.Error, "Failed at {Method} {Endpoint}")]
    private partial void Failed(Exception exception, string method, string? endpoint);

    [LoggerMessage(LogLevel.Warning, "{Dependency} was unavailable")]
    private partial void Unavailable(Exception exception, string dependency);
}
