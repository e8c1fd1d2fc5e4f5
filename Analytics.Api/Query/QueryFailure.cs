using Analytics.Api.Errors;
using Microsoft.AspNetCore.Diagnostics;

namespace Analytics.Api.Query;

/// <summary>Why the engine gave no answer, in words that are safe to show.</summary>
internal enum FailureKind
{
    /// <summary>The deadline passed.</summary>
    Timeout,

    /// <summary>This statement needs more memory than one may have.</summary>
    Memory,

    /// <summary>The answer has more rows or bytes than allowed.</summary>
    TooLarge,

    /// <summary>The engine has too much to do, or too little memory left for anybody.</summary>
    Busy,

    /// <summary>The tenant itself asks too much at the same time.</summary>
    TenantBusy,

    /// <summary>The engine is away, starting, or stopped in the middle.</summary>
    Away,

    /// <summary>The engine refused what our compiler wrote: a bug of ours.</summary>
    Bug,
}

/// <summary>The engine's own text is in <see cref="Exception.Message"/>: for the log only, never for an answer.</summary>
internal sealed class QueryFailedException(FailureKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public FailureKind Kind => kind;

    /// <summary>By the codes of ClickHouse's <c>ErrorCodes.cpp</c>.</summary>
    public static QueryFailedException Of(int code, string text) => new(code switch
    {
        159 or 160 => FailureKind.Timeout, // TIMEOUT_EXCEEDED, TOO_SLOW
        241 when text.Contains("(total)", StringComparison.Ordinal) => FailureKind.Busy, // the server's limit, not this query's
        241 => FailureKind.Memory,
        158 or 191 or 307 or 396 => FailureKind.TooLarge, // TOO_MANY_ROWS, SET_SIZE_LIMIT, TOO_MANY_BYTES, TOO_MANY_ROWS_OR_BYTES
        202 or 439 => FailureKind.Busy, // TOO_MANY_SIMULTANEOUS_QUERIES, CANNOT_SCHEDULE_TASK
        394 or 236 or 60 or 81 => FailureKind.Away, // QUERY_WAS_CANCELLED, ABORTED; UNKNOWN_TABLE and _DATABASE: not migrated yet
        _ => FailureKind.Bug,
    }, $"ClickHouse answered {code}: {text}");
}

/// <summary>Tells the client what to do about it.</summary>
internal sealed partial class QueryFailureHandler(ILogger<QueryFailureHandler> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not QueryFailedException failure || context.RequestAborted.IsCancellationRequested)
            return false;

        if (failure.Kind == FailureKind.Bug)
            Refused(failure);
        else
            Failed(failure.Kind, failure.Message);
        if (failure.Kind is FailureKind.Busy or FailureKind.TenantBusy or FailureKind.Away)
            context.Response.Headers.RetryAfter = "2";
        await Problems.QueryFailed(failure.Kind).ExecuteAsync(context);
        return true;
    }

    [LoggerMessage(LogLevel.Error, "The engine refused a statement")]
    private partial void Refused(Exception exception);

    [LoggerMessage(LogLevel.Warning, "A query failed ({Kind}): {Reason}")]
    private partial void Failed(FailureKind kind, string reason);
}
