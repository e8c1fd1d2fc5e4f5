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

    /// <summary>This statement would read more than one may.</summary>
    TooMuchRead,

    /// <summary>The answer has more rows or bytes than allowed.</summary>
    TooLarge,

    /// <summary>The engine has too much to do, or too little memory left for anybody.</summary>
    Busy,

    /// <summary>The tenant itself asks too much at the same time.</summary>
    TenantBusy,

    /// <summary>The engine is away, starting, or stopped in the middle.</summary>
    Away,

    /// <summary>The engine refused what our compiler wrote, a bug of ours, or is broken itself.</summary>
    Bug,
}

/// <summary>The engine's own text is in <see cref="Exception.Message"/>: for the log only, never for an answer.</summary>
/// <param name="option">Name of the option whose limit was reached, if one was.</param>
internal sealed class QueryFailedException(FailureKind kind, string message, Exception? inner = null, string? option = null, int code = 0) : Exception(message, inner)
{
    public FailureKind Kind => kind;

    /// <summary>The engine's code; 0 where it gave none.</summary>
    public int Code => code;

    /// <summary>The limit that was reached, once it is known whose limits held.</summary>
    public QueryLimit? Limit { get; private set; }

    public void Name(QueryLimits limits) => Limit = limits.Find(option);

    /// <summary>By the codes of ClickHouse's <c>ErrorCodes.cpp</c>.</summary>
    public static QueryFailedException Of(int code, string text)
    {
        var (kind, option) = code switch
        {
            159 or 160 => (FailureKind.Timeout, nameof(QueryOptions.Deadline)), // TIMEOUT_EXCEEDED, TOO_SLOW
            241 when text.Contains("(total)", StringComparison.Ordinal) => (FailureKind.Busy, null), // the server's limit, not this query's
            241 => (FailureKind.Memory, nameof(QueryOptions.MaxMemoryBytes)),
            158 => (FailureKind.TooMuchRead, nameof(QueryOptions.MaxRowsRead)), // TOO_MANY_ROWS
            307 => (FailureKind.TooMuchRead, nameof(QueryOptions.MaxBytesRead)), // TOO_MANY_BYTES
            396 => (FailureKind.TooLarge, nameof(QueryOptions.MaxResultRows)), // TOO_MANY_ROWS_OR_BYTES
            191 => (FailureKind.TooLarge, null), // SET_SIZE_LIMIT
            202 or 439 => (FailureKind.Busy, null), // TOO_MANY_SIMULTANEOUS_QUERIES, CANNOT_SCHEDULE_TASK
            394 or 236 or 60 or 81 => (FailureKind.Away, null), // QUERY_WAS_CANCELLED, ABORTED; UNKNOWN_TABLE and _DATABASE: not migrated yet
            _ => (FailureKind.Bug, default(string)),
        };
        return new(kind, $"ClickHouse answered {code}: {text}", option: option, code: code);
    }
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
        await Problems.QueryFailed(failure.Kind, failure.Limit).ExecuteAsync(context);
        return true;
    }

    [LoggerMessage(LogLevel.Error, "The engine refused a statement")]
    private partial void Refused(Exception exception);

    [LoggerMessage(LogLevel.Warning, "A query failed ({Kind}): {Reason}")]
    private partial void Failed(FailureKind kind, string reason);
}
